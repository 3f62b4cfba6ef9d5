"""The checks of LE5: digits and movie reviews.

They ask what was reached, not how it was written: any spelling of a loss, softmax or logits, any number type, an activation in
the layer or behind it.
"""

import numpy as np

from deepgrade.checks import (
    accuracy_in,
    assert_loss,
    assert_one_hot,
    batches,
    dense_stack,
    dropout_rates,
    is_multi_hot,
    right_share,
)
from deepgrade.lab import question, visible

PIXELS, WORDS, HELD_OUT = 28 * 28, 10_000, 10_000


# LE5b: digits


@question("b1", points=0.05)
@visible
def test_each_image_has_a_label(train_images, train_labels, test_images, test_labels):
    """There is one label for each training image and each test image."""
    hint = "what load_data() gives has another order"
    assert len(train_images) == len(train_labels) and len(test_images) == len(test_labels), hint


@question("b1", points=0.1)
def test_mnist_is_complete(train_images, train_labels, test_images, test_labels, lab):
    """All training and test images are loaded, with their own labels."""
    for images, labels, split in ((train_images, train_labels, "train"), (test_images, test_labels, "test")):
        truth = lab.data.mnist.labels(split)
        assert np.prod(images.shape) == len(truth) * PIXELS, f"the {split} set has another number of images"
        assert right_share(lab, labels, truth) == 1, f"the {split} labels are not those of the images"


@question("b2", points=0.05)
@visible
def test_network_goes_from_pixels_to_digits(network):
    """The network takes rows of 28 * 28 values and gives one score for each of ten digits."""
    assert network.input_shape[-1] == 28 * 28, "state the input: a row with all pixels of one image"
    assert network.output_shape[-1] == 10, "there is one output for each digit"


@question("b2", points=0.1)
def test_hidden_layer_has_512_relu_units(network, lab):
    """One hidden layer of 512 units with ReLU stands before the output layer."""
    hidden = dense_stack(lab, network)[:-1]
    assert [units for units, _ in hidden] == [512], "look at the number of layers and of units"
    assert hidden[0][1] == "relu", "look at the activation of the hidden layer"


@question("b2", points=0.1)
def test_output_layer_gives_competing_scores(network, lab):
    """The output layer's ten scores are probabilities of classes that exclude one another."""
    units, activation = dense_stack(lab, network)[-1]
    assert units == 10, "there is one output for each digit"
    assert activation in ("softmax", "linear"), "the ten probabilities have to sum to 1"


@question("b2", points=0.05)
def test_network_has_the_right_number_of_parameters(network):
    """The network has as many parameters as 784-512-10 gives when worked out by hand."""
    assert network.count_params() == 407_050, "count weights and biases layer by layer"


@question("b3", points=0.1)
def test_loss_suits_ten_classes(network, lab):
    """The loss is the cross-entropy of ten classes and fits what the output layer gives."""
    assert_loss(lab, network, "classes")


@question("b3", points=0.1)
def test_accuracy_of_digits_is_watched(network, lab):
    """Accuracy is among the metrics."""
    facts = lab.compile_facts(network)
    assert facts is not None and "accuracy" in facts.metrics, "compile can be told what to watch"


@question("b4", points=0.1)
@visible
def test_images_are_rows_of_small_numbers(train_images, test_images):
    """Training and test images are rows of values that are at most 1."""
    assert train_images.ndim == 2 and test_images.ndim == 2, "each image becomes one row"
    assert train_images.max() <= 1, "training pixels still go beyond 1"
    assert test_images.max() <= 1, "test pixels still go beyond 1"


@question("b4", points=0.2)
def test_images_are_flat_and_scaled(train_images, test_images, lab):
    """Training and test images are one row of 784 values each, which fill the interval from 0 to 1."""
    for images, rows in ((train_images, lab.data.mnist.train_size), (test_images, lab.data.mnist.test_size)):
        assert images.shape == (rows, PIXELS), "one row an image, one column a pixel"
        assert images.min() >= 0 and 0.9 < images.max() <= 1, "divide by the largest pixel value, once"


@question("b5", points=0.05)
@visible
def test_labels_have_ten_columns(train_labels, test_labels):
    """Training and test labels have one column for each digit."""
    assert train_labels.ndim == 2 and train_labels.shape[1] == 10, "training labels are not one-hot yet"
    assert test_labels.ndim == 2 and test_labels.shape[1] == 10, "test labels are not one-hot yet"


@question("b5", points=0.15)
def test_labels_are_one_hot(train_labels, test_labels, lab):
    """Each label is a 1 in the column of its digit and 0 elsewhere."""
    for labels, split in ((train_labels, "train"), (test_labels, "test")):
        assert_one_hot(lab, labels, lab.data.mnist.labels(split), 10, f"{split} labels")


@question("b6", points=0.05)
def test_network_was_trained_for_five_epochs(history_network):
    """The network went through the training images five times."""
    assert len(history_network.epoch) == 5, "look at the number of epochs, and keep what fit returned"


@question("b6", points=0.15)
def test_network_was_trained_on_the_training_images(history_network, lab):
    """The number of batches in an epoch is that of the training images in batches of 128."""
    most = batches(lab.data.mnist.train_size, 128)
    steps = history_network.params.get("steps") or most
    assert 0.7 * most <= steps <= most, "another batch size, or other images?"


@question("b6", points=0.15, hidden={"network": "mnist"})
def test_network_reads_new_digits(network, lab):
    """The trained network reads digits that it has never seen."""
    assert lab.hidden_accuracy(network) >= lab.threshold("b6"), (
        "it learned too little: how did the loss develop?"
    )


@question("b7", points=0.05)
@visible
def test_evaluation_gives_a_share(test_loss, test_acc):
    """The test accuracy is a share between 0 and 1, the test loss a positive number."""
    assert 0 <= test_acc <= 1, "accuracy is a share of the test images, not a percentage or a loss"
    assert test_loss > 0, "the loss is a positive number"


@question("b7", points=0.1)
def test_evaluation_is_of_the_test_set(test_loss, test_acc, history_network, lab):
    """The two numbers are those of the test images, on which the network does a little worse."""
    digits = test_acc * lab.data.mnist.test_size
    assert abs(digits - round(digits)) < 0.01, "no whole number of test images: which set is it?"
    hint = "the loss is lower than on images the network was trained on: which set was evaluated?"
    # An epoch's loss is its average while weights still change: after few epochs, the test loss may well be lower.
    early = len(history_network.epoch) < 5
    assert early or test_loss > history_network.history["loss"][-1], hint


@question("b8", points=0.05)
@visible
def test_there_are_ten_digits(first_ten):
    """There are ten predictions, each a digit."""
    assert len(first_ten) == 10, "one digit for each of the first ten test images"
    assert getattr(first_ten, "ndim", 1) == 1, "choose one digit for each image, not ten scores"
    assert all(first_ten[place] in range(10) for place in range(10)), "digits are whole numbers from 0 to 9"


@question("b8", points=0.05)
def test_first_ten_digits_are_read(first_ten, lab):
    """Most of the first ten test digits are read correctly."""
    found = np.asarray(lab.rows(first_ten)).reshape(-1)
    assert found.shape == (10,), "one digit for each of the first ten test images"
    right = int(np.sum(found == lab.data.mnist.labels("test")[:10]))
    assert right >= 7, "look along which axis the largest probability is taken, and which images were read"


@question("b9", points=0.1)
def test_training_could_use_the_gpu(lab):
    """A model was trained, and the notebook left the GPU within reach of it."""
    hint = {"hidden": "the notebook hides the GPU from Keras", "untrained": "no model was trained"}
    outcome = lab.devices.assess()
    assert outcome == "used", hint[outcome]


@question("b10", points=0.1)
def test_three_changed_networks_were_trained(history_changed_1, history_changed_2, history_changed_3):
    """There are three trainings of changed networks, each its own."""
    curves = {tuple(fit.history["loss"]) for fit in (history_changed_1, history_changed_2, history_changed_3)}
    assert () not in curves and len(curves) == 3, "two of the histories are one and the same training"


@question("b10", points=0.05)
def test_three_changed_networks_are_kept(changed_1, changed_2, changed_3, lab):
    """The three changed networks are kept, each with one score for each digit."""
    ends = [dense_stack(lab, model)[-1][0] for model in (changed_1, changed_2, changed_3)]
    assert ends == [10, 10, 10], "each network still has to tell ten digits apart"


# LE5c: reviews


@question("c1", points=0.2)
def test_reviews_use_the_most_frequent_words(train_data, test_data, train_labels, lab):
    """All reviews are loaded, with the 10,000 most frequent words and no others."""
    imdb = lab.data.imdb
    assert (len(train_data), len(test_data)) == (imdb.train_size, imdb.test_size), "reviews are missing"
    assert right_share(lab, train_labels, imdb.labels("train")) == 1, (
        "the labels are not those of the reviews"
    )
    largest = max(max(review) for review in lab.rows(train_data))
    assert WORDS / 2 < largest < WORDS, "load_data has an argument for how many words to keep"


@question("c2", points=0.05)
@visible
def test_reviews_are_rows_of_equal_length(x_train, x_test):
    """Training and test reviews have one column for each word of the vocabulary."""
    assert x_train.ndim == 2 and x_test.ndim == 2, "one row a review, one column a word"
    assert x_train.shape[1] == x_test.shape[1] == 10_000, "one column for each of the words that were kept"


@question(
    "c2",
    points=0.2,
    probes={"vectorize_sequences": [([[[3, 5], [1]], 8], {}), ([[[2, 2, 0], [3], [2]], 4], {})]},
)
def test_vectorize_sequences_marks_words_that_occur(vectorize_sequences):
    """`vectorize_sequences` gives 1 in the columns of the words that occur, and 0 elsewhere."""
    pair = np.asarray(vectorize_sequences([[3, 5], [1]], 8))
    hint = "try it on [[3, 5], [1]] with dimension 8: which columns of which rows should hold a 1?"
    assert pair.tolist() == [[0, 0, 0, 1, 0, 1, 0, 0], [0, 1, 0, 0, 0, 0, 0, 0]], hint
    three = np.asarray(vectorize_sequences([[2, 2, 0], [3], [2]], 4))
    assert three.tolist()[0] == [1, 0, 1, 0], "a word that occurs twice still gives a 1"


@question("c2", points=0.2)
def test_reviews_are_multi_hot(x_train, x_test, train_data, test_data, lab):
    """Each row of `x_train` and `x_test` says which words its review has."""
    imdb = lab.data.imdb
    for rows, data, count in ((x_train, train_data, imdb.train_size), (x_test, test_data, imdb.test_size)):
        assert rows.shape == (count, WORDS), "one row a review, one column a word"
        assert (rows.min(), rows.max()) == (0, 1), "the array holds 0 and 1 only: does a word occur or not?"
        assert is_multi_hot(lab, rows, data), (
            "rows of x_train belong to train_data, rows of x_test to test_data"
        )


@question("c3", points=0.05)
@visible
def test_review_labels_are_floats(y_train, y_test):
    """`y_train` and `y_test` are arrays of floats."""
    assert "float" in str(y_train.dtype) and "float" in str(y_test.dtype), "labels are still whole numbers"


@question("c3", points=0.1)
def test_review_labels_are_kept(y_train, y_test, lab):
    """`y_train` and `y_test` say 1 for positive and 0 for negative, one number a review."""
    for labels, split in ((y_train, "train"), (y_test, "test")):
        truth = lab.data.imdb.labels(split)
        assert labels.shape in ((len(truth),), (len(truth), 1)), (
            f"one number for each review of the {split} set"
        )
        assert right_share(lab, labels, truth) == 1, f"some {split} labels are not those of the reviews"


@question("c4", points=0.05)
def test_model_has_the_right_number_of_parameters(model):
    """The model has as many parameters as 10,000-16-16-1 gives when worked out by hand."""
    assert model.count_params() == 160_305, "count weights and biases layer by layer"


@question("c4", points=0.05)
def test_two_hidden_layers_of_16_relu_units(model, lab):
    """Two hidden layers of 16 ReLU units each stand before the output layer."""
    hint = "look at the number of hidden layers, their units and their activation"
    assert dense_stack(lab, model)[:-1] == [(16, "relu"), (16, "relu")], hint


@question("c4", points=0.1)
def test_output_is_one_probability(model, lab):
    """The output layer gives one probability."""
    hint = "two classes need one output, and a probability lies between 0 and 1"
    assert dense_stack(lab, model)[-1] in ((1, "sigmoid"), (1, "linear")), hint


@question("c4", points=0.05)
@visible
def test_model_takes_rows_of_words(model):
    """The model takes rows with one column for each word."""
    assert model.input_shape[-1] == 10_000, "state the input: a row with one column for each word"


@question("c5", points=0.1)
def test_loss_suits_two_classes(model, lab):
    """The loss is the cross-entropy of two classes and fits what the output layer gives."""
    assert_loss(lab, model, "two classes")


@question("c5", points=0.1)
def test_rmsprop_and_accuracy_are_chosen(model, lab):
    """The optimizer is RMSprop, and accuracy is among the metrics."""
    facts = lab.compile_facts(model)
    assert facts is not None, "the model is not compiled"
    assert facts.optimizer == "RMSprop", "look at the optimizer"
    assert "accuracy" in facts.metrics, "compile can be told what to watch"


@question("c6", points=0.05)
@visible
def test_reviews_and_labels_are_split_alike(x_val, y_val, partial_x_train, partial_y_train):
    """Both parts have one label for each review."""
    hint = "cut reviews and labels at the same place"
    assert len(x_val) == len(y_val) and len(partial_x_train) == len(partial_y_train), hint


@question("c6", points=0.1)
def test_validation_set_is_the_first_10000(x_val, y_val, train_data, lab):
    """The validation set is the first 10,000 training reviews with their labels."""
    assert x_val.shape == (HELD_OUT, WORDS), "the validation set has another size than asked for"
    assert is_multi_hot(lab, x_val, train_data), "these are not the first training reviews"
    truth = lab.data.imdb.labels("train")[:HELD_OUT]
    assert len(y_val) == HELD_OUT and right_share(lab, y_val, truth) == 1, "labels of other reviews"


@question("c6", points=0.15)
def test_training_goes_on_with_the_rest(partial_x_train, partial_y_train, train_data, lab):
    """What is trained on are all other training reviews with their labels."""
    truth = lab.data.imdb.labels("train")[HELD_OUT:]
    assert not is_multi_hot(lab, partial_x_train, train_data), "validation reviews are still among these"
    assert partial_x_train.shape == (len(truth), WORDS), "all reviews outside the validation set belong here"
    same = len(partial_y_train) == len(truth) and right_share(lab, partial_y_train, truth) == 1
    assert same, "labels of other reviews"


@question("c7", points=0.05)
@visible
def test_validation_loss_is_recorded(history):
    """The history has a validation loss for each epoch."""
    assert "val_loss" in history.history, "fit has an argument for the validation data"


@question("c7", points=0.1)
def test_model_was_trained_for_20_epochs(history):
    """The model went through the partial training set 20 times."""
    assert len(history.epoch) == 20, "look at the number of epochs, and keep what fit returned"


@question("c7", points=0.1)
def test_model_was_trained_without_the_validation_set(history, lab):
    """The number of batches in an epoch is that of the partial training set in batches of 512."""
    expected = batches(lab.data.imdb.train_size - HELD_OUT, 512)
    hint = "this is another batch size, or the validation reviews were trained on as well"
    assert (history.params.get("steps") or expected) == expected, hint


@question("c7", points=0.1, hidden={"model": "imdb"})
def test_model_judges_new_reviews(model, lab):
    """The trained model tells positive from negative reviews that it has never seen."""
    assert lab.hidden_accuracy(model) >= lab.threshold("c7"), (
        "it learned too little: how did the loss develop?"
    )


@question("c8", points=0.05)
@visible
def test_best_epoch_is_an_epoch(best_epoch, history):
    """`best_epoch` is the number of one of the epochs, counted from 1."""
    assert best_epoch == int(best_epoch) and 1 <= best_epoch <= len(history.epoch), "epochs count from 1"


@question("c8", points=0.15)
def test_best_epoch_is_where_validation_loss_turns(best_epoch, history):
    """The validation loss is lowest around `best_epoch`."""
    losses = history.history["val_loss"]
    assert 1 <= best_epoch <= len(losses), "epochs count from 1"
    near = abs(best_epoch - (np.argmin(losses) + 1)) <= 1 or losses[int(best_epoch) - 1] <= 1.02 * min(losses)
    assert near, "look at the validation loss, not at the training loss, and for its lowest point"


@question("c8", points=0.1)
def test_history_is_plotted(lab):
    """The history is drawn."""
    assert len(lab.figures("c8")) >= 1, "there is no picture among the outputs of this question"


@question("c9", points=0.1)
def test_final_model_was_trained_on_all_reviews_for_few_epochs(history_final, lab):
    """The final model was trained on all training reviews, for a few epochs only."""
    assert 1 <= len(history_final.epoch) <= 10, "training goes on long after the validation loss turned"
    expected = batches(lab.data.imdb.train_size, 512)
    hint = "this is another batch size, or not the whole training set"
    assert (history_final.params.get("steps") or expected) == expected, hint


@question("c9", points=0.05)
def test_final_model_started_afresh(history_final, history):
    """The final model's training started from new weights."""
    first, before = history_final.history["loss"][0], history.history["loss"][0]
    hint = "its first loss is low already: fit goes on from the weights that a network has"
    assert first > min(0.7 * before, 0.35), hint


@question("c9", points=0.1, hidden={"final_model": "imdb"})
def test_final_model_judges_new_reviews(final_model, lab):
    """The final model tells positive from negative reviews that it has never seen."""
    assert lab.hidden_accuracy(final_model) >= lab.threshold("c9"), "was it trained, and stopped in time?"


@question("c9", points=0.1, hidden={"final_model": "imdb"})
def test_results_are_of_the_test_reviews(results, final_model, lab):
    """`results` holds the loss and accuracy of the final model on the test reviews."""
    room = 0.03 if lab.data.imdb.test_size > 10_000 else 0.06
    hint = (
        "new reviews are judged with another accuracy than this: which model, and which set, was evaluated?"
    )
    assert abs(accuracy_in(results) - lab.hidden_accuracy(final_model)) <= room, hint


@question("c10", points=0.1)
def test_dropout_stands_between_dense_layers(model_dropout, lab):
    """There is at least one dropout layer before the output layer, and it drops something."""
    rates = dropout_rates(lab, model_dropout)
    assert any(0 < rate < 1 for rate in rates), "add dropout, with a rate above 0"


@question("c10", points=0.1)
def test_dropout_was_trained_like_the_first_model(history_dropout, history, lab):
    """Both histories can be compared: as many epochs, as many batches, validation data."""
    assert "val_loss" in history_dropout.history, "fit has an argument for the validation data"
    assert history_dropout.history["loss"] != history.history["loss"], "both histories are the same training"
    done, before = ((len(fit.epoch), fit.params.get("steps")) for fit in (history_dropout, history))
    asked = (20, batches(lab.data.imdb.train_size - HELD_OUT, 512))
    assert done in (before, asked), "look at the epochs, the batch size, and which reviews were used"


@question("c12", points=0.05)
@visible
def test_best_model_takes_the_same_rows(best_model):
    """The best model takes rows like those of `x_test` and gives one score for each."""
    assert best_model.input_shape[-1] == 10_000, "rows have one column for each word, as in x_test"


@question("c12", points=0.2, hidden={"best_model": "imdb"})
def test_best_model_judges_new_reviews(best_model, lab):
    """The best model does well on reviews that it has never seen."""
    assert lab.hidden_accuracy(best_model) >= lab.threshold("c12"), (
        "a small model stopped in time does better"
    )
