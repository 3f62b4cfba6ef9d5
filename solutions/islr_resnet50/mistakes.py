"""Known wrong answers to islr_resnet50, each with the checks that must notice, and no others."""

from deepgrade.lab import Mistake


def _mistake(name: str, description: str, *edits: tuple[str, str], loses: str, size: str = "any") -> Mistake:
    """Write a mistake down; `loses` are check ids without their `test_`, separated by blanks."""
    checks = frozenset(f"test_{check}" for check in loses.split())
    return Mistake(name, description, tuple(edits), checks, size)


_LIST = 'image_names = sorted(os.listdir("book_images"))'
_PLACE = "    x[place] = keras.utils.img_to_array(image)\n"
_PREPARE = "x_ready = keras.applications.resnet50.preprocess_input(x.copy())"
_LOAD = "resnet, has_weights = load_resnet50()"
_SCORES = "scores = resnet.predict(x_ready, verbose=0)"
_BEST = "best_class = scores.argmax(axis=1)"
_TOP = "top3 = dict(zip(image_names, decoded, strict=True))"
_FROZEN = "frozen_params = sum(int(np.prod(weight.shape)) for weight in resnet.non_trainable_weights)"

MISTAKES = (
    _mistake(
        "names_with_the_folder",
        "Kept paths instead of names.",
        (_LIST, 'image_names = ["book_images/" + name for name in sorted(os.listdir("book_images"))]'),
        ('os.path.join("book_images", name)', "name"),
        loses="names_are_texts all_photographs_are_found_in_order three_answers_for_each_photograph"
        " answers_are_decoded_from_the_scores clear_photographs_are_recognised",
    ),
    _mistake(
        "list_in_another_order",
        "Listed the files in reverse order.",
        (_LIST, 'image_names = sorted(os.listdir("book_images"), reverse=True)'),
        loses="all_photographs_are_found_in_order photographs_are_those_of_the_files"
        " photographs_are_prepared_as_in_training answers_are_decoded_from_the_scores",
    ),
    _mistake(
        "one_photograph_in_every_place",
        "Wrote every photograph over the first one.",
        (_PLACE, "    x[:] = keras.utils.img_to_array(image)\n"),
        loses="photographs_are_those_of_the_files photographs_are_prepared_as_in_training",
    ),
    _mistake(
        "smaller_photographs",
        "Read the photographs at 128 x 128 pixels.",
        ("x = np.zeros((len(image_names), 224, 224, 3)", "x = np.zeros((len(image_names), 128, 128, 3)"),
        ("target_size=(224, 224)", "target_size=(128, 128)"),
        loses="photographs_are_one_array_of_the_right_size photographs_are_those_of_the_files"
        " prepared_photographs_keep_their_shape photographs_are_prepared_as_in_training"
        " there_is_a_row_of_scores_for_each_photograph scores_are_probabilities best_class_has_the_largest_score"
        " scores_are_the_networks_answers three_answers_for_each_photograph answers_are_decoded_from_the_scores clear_photographs_are_recognised",
    ),
    _mistake(
        "scaled_while_reading",
        "Divided by 255 at once, as for other networks.",
        (_PLACE, "    x[place] = keras.utils.img_to_array(image) / 255\n"),
        ('axis.imshow(image.astype("uint8"))', "axis.imshow(image)"),
        loses="values_go_up_to_255 photographs_are_prepared_as_in_training",
    ),
    _mistake(
        "only_the_first_photograph_drawn",
        "Drew one photograph.",
        (
            "for axis, image, name in zip(axes, x, image_names, strict=True):",
            "for axis, image, name in zip(axes[:1], x, image_names):",
        ),
        loses="photographs_are_drawn titles_are_file_names",
    ),
    _mistake(
        "no_titles",
        "Drew the photographs without their names.",
        ("    axis.set_title(name)\n", ""),
        loses="titles_are_file_names",
    ),
    _mistake(
        "prepared_in_place",
        "Gave x itself to preprocess_input, which changed it.",
        (_PREPARE, _PREPARE.replace("x.copy()", "x")),
        loses="originals_are_left_as_they_are",
    ),
    _mistake(
        "divided_instead_of_prepared",
        "Divided by 255 instead of preparing the photographs for this network.",
        (_PREPARE, "x_ready = x / 255"),
        loses="photographs_are_prepared_as_in_training",
    ),
    _mistake(
        "prepared_twice",
        "Ran the cell that prepares twice.",
        (_PREPARE, _PREPARE + "\nx_ready = keras.applications.resnet50.preprocess_input(x_ready)"),
        loses="photographs_are_prepared_as_in_training",
    ),
    _mistake(
        "channels_not_turned",
        "Took the means away without turning the channels round.",
        (_PREPARE, "x_ready = x - np.array([123.68, 116.779, 103.939])"),
        loses="photographs_are_prepared_as_in_training",
    ),
    _mistake(
        "one_photograph_prepared",
        "Prepared the first photograph only, as a batch without its first axis.",
        (_PREPARE, "x_ready = keras.applications.resnet50.preprocess_input(x[0].copy())"),
        ("x_ready[0, 0, 0])", "x_ready[0, 0])"),
        loses="prepared_photographs_keep_their_shape photographs_are_prepared_as_in_training"
        " there_is_a_row_of_scores_for_each_photograph scores_are_probabilities best_class_has_the_largest_score"
        " scores_are_the_networks_answers three_answers_for_each_photograph answers_are_decoded_from_the_scores clear_photographs_are_recognised",
    ),
    _mistake(
        "network_without_its_top",
        "Loaded the network without its last layers.",
        (_LOAD, "resnet, has_weights = keras.applications.ResNet50(weights=None, include_top=False), False"),
        loses="network_is_resnet50 all_parameters_are_counted there_is_a_row_of_scores_for_each_photograph"
        " scores_are_probabilities best_class_has_the_largest_score scores_are_the_networks_answers"
        " three_answers_for_each_photograph answers_are_decoded_from_the_scores clear_photographs_are_recognised",
    ),
    _mistake(
        "deeper_network",
        "Loaded ResNet101.",
        (_LOAD, "resnet, has_weights = keras.applications.ResNet101(weights=None), False"),
        loses="network_is_resnet50 convolutions_are_counted all_parameters_are_counted frozen_parameters_are_counted",
    ),
    _mistake(
        "both_results_in_one_name",
        "Kept the pair that the function returns as the network.",
        (_LOAD + "\nresnet.summary()", "has_weights = load_resnet50()\nresnet = has_weights[0]"),
        loses="whether_there_are_weights_is_kept true_weights_are_used_where_they_are",
    ),
    _mistake(
        "random_weights_on_purpose",
        "Built the network without asking for its weights.",
        (_LOAD, "resnet, has_weights = keras.applications.ResNet50(weights=None), False"),
        loses="true_weights_are_used_where_they_are clear_photographs_are_recognised",
    ),
    _mistake(
        "bias_not_counted",
        "Counted the weights of the first convolution without its biases.",
        ("conv1_params = (7 * 7 * 3 + 1) * 64", "conv1_params = 7 * 7 * 3 * 64"),
        loses="first_convolution_is_counted",
    ),
    _mistake(
        "fifty_layers",
        "Gave the number in the network's name as the number of convolutions.",
        (
            "conv_count = sum(isinstance(layer, keras.layers.Conv2D) for layer in resnet.layers)",
            "conv_count = 50",
        ),
        loses="convolutions_are_counted",
    ),
    _mistake(
        "trainable_for_total",
        "Gave the trainable parameters as the total.",
        (
            "total_params = resnet.count_params()",
            "total_params = sum(int(np.prod(weight.shape)) for weight in resnet.trainable_weights)",
        ),
        loses="all_parameters_are_counted",
    ),
    _mistake(
        "weight_arrays_counted",
        "Counted the weight arrays instead of the numbers in them.",
        (_FROZEN, "frozen_params = len(resnet.non_trainable_weights)"),
        loses="frozen_parameters_are_counted",
    ),
    _mistake(
        "predicted_from_the_originals",
        "Showed the network the photographs as they are.",
        (_SCORES, "scores = resnet.predict(x[::-1] * 100, verbose=0)[:, ::-1]"),
        loses="scores_are_the_networks_answers",
    ),
    _mistake(
        "largest_along_the_photographs",
        "Took the largest score along the wrong axis.",
        (_BEST, "best_class = scores.argmax(axis=0)"),
        loses="there_is_a_row_of_scores_for_each_photograph best_class_has_the_largest_score"
        " scores_are_the_networks_answers",
    ),
    _mistake(
        "scores_not_normalised",
        "Kept logarithms of the probabilities as scores.",
        (_SCORES, _SCORES + "\nlogs = np.log(scores)"),
        (_BEST, _BEST + "\nscores = logs"),
        (
            "decoded = keras.applications.resnet50.decode_predictions(scores",
            "decoded = keras.applications.resnet50.decode_predictions(np.exp(scores)",
        ),
        loses="scores_are_probabilities answers_are_decoded_from_the_scores",
    ),
    _mistake(
        "list_without_names",
        "Kept the list that decode_predictions gives.",
        (_TOP, "top3 = decoded"),
        ("for name, answers in top3.items():", "for name, answers in zip(image_names, top3):"),
        loses="three_answers_for_each_photograph answers_are_decoded_from_the_scores clear_photographs_are_recognised",
    ),
    _mistake(
        "five_answers",
        "Left the number of answers at its default.",
        ("resnet50.decode_predictions(scores, top=3)\ntop3", "resnet50.decode_predictions(scores)\ntop3"),
        loses="three_answers_for_each_photograph answers_are_decoded_from_the_scores clear_photographs_are_recognised",
    ),
    _mistake(
        "answers_of_another_photograph",
        "Put the answers to the names in reverse order.",
        (_TOP, "top3 = dict(zip(image_names, decoded[::-1]))"),
        loses="answers_are_decoded_from_the_scores",
    ),
    _mistake(
        "likeliest_last",
        "Turned the order of the three answers round.",
        (_TOP, "top3 = {name: answers[::-1] for name, answers in zip(image_names, decoded)}"),
        loses="three_answers_for_each_photograph answers_are_decoded_from_the_scores",
    ),
)
