"""The checks of islr_resnet50: photographs, a pretrained network, and its answers.

They ask what was reached, not how it was written: any way of reading and resizing a photograph, any number type, answers
as tuples or lists. Whether the network's answers make sense is asked only where it can have its true weights.
"""

import json
from functools import cache

import numpy as np
from PIL import Image

from deepgrade.checks import axes_with, number, numbers
from deepgrade.lab import question, visible

SIDE, CLASSES = 224, 1000
WEIGHTS = "resnet50_weights_tf_dim_ordering_tf_kernels.h5"
MEANS = np.array(
    [103.939, 116.779, 123.68]
)  # of ImageNet's training images: blue, green, red (keras.applications)
CLEAR = {"flamingo.jpg": "flamingo"}  # photographs that the source reports with more than nine tenths


def _names(lab):
    folder = "book_images/"
    return [name.removeprefix(folder) for name in lab.data.photos.files if name.startswith(folder)]


@cache
def _photo(folder, name):
    """Return a photograph of the published set in the network's size, (224, 224, 3)."""
    with Image.open(folder / "files" / "book_images" / name) as image:
        return np.asarray(image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR), float)


def _blocks(image):
    """Return mean colours of 8 x 8 parts: nearly the same for every way of resizing."""
    return np.asarray(image, float).reshape(8, SIDE // 8, 8, SIDE // 8, 3).mean(axis=(1, 3))


def _is_photo(lab, image, name):
    return np.abs(_blocks(image) - _blocks(_photo(lab.data.photos.folder, name))).mean() < 6


def _classes(lab):
    path = lab.data.photos.folder / "files" / "imagenet_class_index.json"
    return json.loads(path.read_text(encoding="utf-8"))


@question("r1", points=0.2)
@visible
def test_names_are_texts(image_names):
    """`image_names` is a list of texts without a folder's name."""
    assert len(image_names) > 0, "the folder book_images lies beside the notebook"
    assert all("/" not in str(image_names[place]) for place in range(len(image_names))), (
        "names only, without the folder"
    )


@question("r1", points=0.4)
def test_all_photographs_are_found_in_order(image_names, lab):
    """`image_names` has the names of all photographs, in alphabetical order."""
    found = [str(name) for name in lab.rows(image_names)]
    assert sorted(found) == sorted(_names(lab)), "some files are missing, or there are others"
    assert found == sorted(found), "the order is not the alphabet's: sort the list"


@question("r2", points=0.2)
@visible
def test_photographs_are_one_array_of_the_right_size(x):
    """`x` has four axes: photographs, 224 rows, 224 columns, three colours."""
    assert len(x.shape) == 4 and tuple(x.shape[1:]) == (224, 224, 3), (
        "resize every photograph to 224 x 224 and stack them"
    )


@question("r2", points=0.4)
def test_values_go_up_to_255(x):
    """`x` holds values between 0 and 255, as they are in the files."""
    assert x.min() >= 0 and 1 < x.max() <= 255, "do not scale yet: values from 0 to 255"


@question("r2", points=0.6)
def test_photographs_are_those_of_the_files(x, lab):
    """Each image of `x` is the photograph of its name, in alphabetical order."""
    names = sorted(_names(lab))
    assert tuple(x.shape) == (len(names), SIDE, SIDE, 3), "one image for each photograph"
    scale = 255 if x.max() <= 1 else 1
    wrong = [
        name
        for name, image in zip(names, np.asarray(lab.rows(x)) * scale, strict=True)
        if not _is_photo(lab, image, name)
    ]
    assert not wrong, (
        "some images are not the photographs of their names: is one overwritten, or the order another?"
    )


@question("r3", points=0.4)
def test_photographs_are_drawn(lab):
    """A figure shows each photograph."""
    counts = [sum(axes.images > 0 for axes in figure.axes) for figure in lab.figures("r3")]
    assert counts, "there is no figure among the outputs of this question"
    assert sum(counts) >= len(_names(lab)), "draw each photograph into axes of its own"


@question("r3", points=0.4)
def test_titles_are_file_names(lab):
    """Each photograph has its file name as the title."""
    titles = [axes.title for axes in axes_with(lab, "r3", images=1)]
    missing = [name for name in _names(lab) if not any(name in title for title in titles)]
    assert titles and not missing, "some photographs have no title, or another than their file name"


@question("r4", points=0.3)
@visible
def test_prepared_photographs_keep_their_shape(x_ready):
    """`x_ready` has the shape that the network takes."""
    assert tuple(x_ready.shape[1:]) == (224, 224, 3), "preparing changes values, not shapes"


@question("r4", points=0.4)
def test_photographs_are_prepared_as_in_training(x_ready, lab):
    """`x_ready` holds the photographs as ResNet50 was trained on them."""
    assert x_ready.min() < -50, "the values of prepared images lie around zero, between about -124 and 152"
    names = sorted(_names(lab))
    images = np.asarray(lab.rows(x_ready), float) + MEANS
    assert len(images) == len(names), "one image for each photograph"
    wrong = [
        name for name, image in zip(names, images, strict=True) if not _is_photo(lab, image[..., ::-1], name)
    ]
    assert not wrong, (
        "these are not the photographs after one preparation: was it done twice, or on scaled values?"
    )


@question("r4", points=0.3)
def test_originals_are_left_as_they_are(x):
    """`x` still has its values from 0 to 255."""
    assert x.min() >= 0, "the function changed x in its place: give it a copy, and read the photographs again"


@question("r6", points=0.4)
def test_network_is_resnet50(resnet):
    """`resnet` has the layers of ResNet50, up to its thousand classes."""
    assert resnet.count_params() == 25_636_712, "another network, or one without its top"
    assert resnet.output_shape[-1] == CLASSES, "the network ends in one score for each class of ImageNet"


@question("r6", points=0.3)
def test_whether_there_are_weights_is_kept(has_weights):
    """`has_weights` says whether the network has the weights of its training."""
    assert has_weights in (True, False), "load_resnet50 returns two things"


@question("r6", points=0.3)
def test_true_weights_are_used_where_they_are(has_weights, lab):
    """The network has the weights of its training on ImageNet."""
    if WEIGHTS not in lab.data.photos.files:
        lab.leave_out("the grading machine does not have the weights of ImageNet")
    assert has_weights is True, "the weights are there, and this network was built without them"


@question("r7", points=0.3)
def test_first_convolution_is_counted(conv1_params):
    """`conv1_params` counts weights and biases of the first convolution."""
    assert number(conv1_params) != 9408, "each filter has a bias as well"
    assert number(conv1_params) == 9472, "a filter has a weight for each of 7 x 7 pixels on each channel"


@question("r7", points=0.3)
def test_convolutions_are_counted(conv_count):
    """`conv_count` is the number of convolutions."""
    assert number(conv_count) != 50, "count the layers of the class Conv2D; the shortcuts have some, too"
    assert number(conv_count) == 53, "count the layers of the class Conv2D among all layers"


@question("r7", points=0.3)
def test_all_parameters_are_counted(total_params):
    """`total_params` is the number of all parameters."""
    assert number(total_params) == 25_636_712, "the summary prints the total at its end"


@question("r7", points=0.3)
def test_frozen_parameters_are_counted(frozen_params):
    """`frozen_params` is the number of parameters that training does not change."""
    found = number(frozen_params)
    assert found != 106, "that is the number of weight arrays: count the numbers in them"
    assert found == 53_120, "these are the parameters that the summary calls non-trainable"


@question("r9", points=0.3)
@visible
def test_there_is_a_row_of_scores_for_each_photograph(scores, best_class):
    """`scores` has one row and `best_class` one number for each photograph."""
    assert len(scores.shape) == 2 and scores.shape[1] == 1000, "a thousand probabilities in each row"
    assert len(best_class) == len(scores), "one class for each photograph"


@question("r9", points=0.3)
def test_scores_are_probabilities(scores, lab):
    """Each row of `scores` sums to 1."""
    rows = np.asarray(lab.rows(scores), float)
    assert rows.ndim == 2 and len(rows) == len(_names(lab)), "one row for each photograph"
    assert rows.min() >= 0 and np.allclose(rows.sum(axis=1), 1, atol=1e-3), (
        "these are no probabilities of the classes"
    )


@question("r9", points=0.2)
def test_best_class_has_the_largest_score(scores, best_class, lab):
    """`best_class` is the column of the largest probability in each row."""
    rows = np.asarray(lab.rows(scores), float)
    found = numbers(lab, best_class, "best_class").reshape(-1)
    assert found.shape == (len(rows),), "one class for each photograph: along which axis is the largest?"
    assert np.array_equal(found, rows.argmax(axis=1)), (
        "these are not the columns with the largest probabilities"
    )


@question("r9", points=0.4, hidden={"resnet": "answers"})
def test_scores_are_the_networks_answers(resnet, best_class, lab):
    """The classes are what the network answers to the prepared photographs."""
    assert len(best_class) == len(_names(lab)), "one class for each photograph"
    assert lab.hidden_score(resnet) == 1, (
        "asked again, the network answers otherwise: did it see the prepared photographs?"
    )


def _answers(top3, names):
    assert isinstance(top3, dict), "top3 is a dictionary: name of a photograph -> its three answers"
    assert sorted(top3) == sorted(names), "there is one entry for each name in image_names"
    assert all(len(top3[name]) == 3 for name in names), "three answers for each photograph"
    assert all(len(answer) == 3 for name in names for answer in top3[name]), (
        "each answer is (id, name, probability)"
    )
    return top3


@question("r10", points=0.3)
def test_three_answers_for_each_photograph(top3, lab):
    """`top3` has three answers for each photograph, the likeliest first."""
    for name, answers in _answers(top3, _names(lab)).items():
        found = [number(answer[2], "a probability") for answer in answers]
        assert found == sorted(found, reverse=True), f"the answers to {name} do not begin with the likeliest"


@question("r10", points=0.4)
def test_answers_are_decoded_from_the_scores(top3, scores, lab):
    """The answers are the classes with the largest probabilities, with their ids and names."""
    index, rows = _classes(lab), np.asarray(lab.rows(scores), float)
    names = sorted(_names(lab))
    top3 = _answers(top3, names)
    assert len(rows) == len(names), "there is one row of scores for each photograph"
    for name, row in zip(names, rows, strict=True):
        largest = np.sort(row)[::-1][:3]
        assert np.allclose([answer[2] for answer in top3[name]], largest, rtol=1e-3), (
            f"{name}: other probabilities"
        )
        places = {str(entry[0]): int(place) for place, entry in index.items()}
        for identity, what, probability in top3[name]:
            place = places.get(str(identity))
            assert place is not None, f"{name}: {identity} is no class of ImageNet"
            assert index[str(place)][1] == what, f"{name}: this name belongs to another class"
            assert abs(row[place] - probability) <= 1e-3 * probability + 1e-9, (
                f"{name}: probability of another class"
            )


@question("r10", points=0.3)
def test_clear_photographs_are_recognised(top3, lab):
    """With its true weights the network recognises the photograph that is clearest."""
    if WEIGHTS not in lab.data.photos.files:
        lab.leave_out("the grading machine does not have the weights of ImageNet")
    if lab.data.photos.synthetic:
        lab.leave_out("these photographs are drawn: nobody knows what the network should see in them")
    for name, what in CLEAR.items():
        if name in _names(lab):
            answers = _answers(top3, _names(lab))[name]
            assert answers[0][1] == what, f"{name} is not recognised: were the photographs prepared?"
