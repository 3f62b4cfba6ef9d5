"""Known wrong answers to islr_hitters, each with the checks that must notice, and no others."""

from deepgrade.lab import Mistake


def _mistake(name: str, description: str, *edits: tuple[str, str], loses: str, size: str = "any") -> Mistake:
    """Write a mistake down; `loses` are check ids without their `test_`, separated by blanks."""
    checks = frozenset(f"test_{check}" for check in loses.split())
    return Mistake(name, description, tuple(edits), checks, size)


_DESIGN = 'design = pd.get_dummies(hitters.drop(columns="Salary"), drop_first=True)'
_SPLIT = 'x_train, x_test, y_train, y_test = train_test_split(design, hitters["Salary"], test_size=1 / 3)'
_LINEAR = "linear = LinearRegression().fit(x_train, y_train)"
_MEANS = "means = x_train.to_numpy(dtype=float).mean(axis=0)"
_DEVIATIONS = "deviations = x_train.to_numpy(dtype=float).std(axis=0)"
_Z_TEST = "z_test = (x_test.to_numpy(dtype=float) - means) / deviations"
_PATH = "path_alphas, path_coefs, _ = lasso_path(z_train, y_train)"
_NETWORK = """        keras.Input(shape=(z_train.shape[1],)),
        layers.Dense(50, activation="relu"),
        layers.Dropout(0.4),
        layers.Dense(1),
"""
_COMPILE = """network.compile(
    loss="mse", optimizer=keras.optimizers.RMSprop(learning_rate=0.03), metrics=["mean_absolute_error"]
)"""
_FIT = "z_train, y_train, epochs=40, batch_size=32, validation_data=(z_test, y_test), verbose=0"
_PREDICT = "network_predictions = network.predict(z_test, verbose=0).reshape(-1)"
_ONE_SPLIT = 'design.to_numpy(dtype=float), hitters["Salary"].to_numpy(), test_size=1 / 3'
_COMPARISON = "comparison = pd.DataFrame([one_split() for _ in range(5)])"

_TABLE = (
    _mistake(
        "warmup_input_not_stated",
        "Built the first network without an input, so that it has no weights yet.",
        ("        keras.Input(shape=(10,)),\n", ""),
        loses="warmup_takes_ten_numbers warmup_has_the_layers_asked_for",
    ),
    _mistake(
        "biases_forgotten",
        "Counted the weights of the first network and forgot the biases.",
        ("warmup_parameters = (10 + 1) * 50 + (50 + 1) * 1", "warmup_parameters = 10 * 50 + 50 * 1"),
        loses="warmup_parameters_are_counted",
    ),
    _mistake(
        "rows_not_dropped",
        "Kept the rows without a salary, on which nothing can be fitted.",
        ("hitters = table.dropna()", "hitters = table"),
        loses="no_value_is_missing hitters_are_the_complete_rows dropped_rows_are_counted"
        " there_is_a_linear_prediction_for_each_test_row linear_model_is_least_squares"
        " linear_mae_is_the_mean_absolute_error path_runs_from_nothing_to_all path_is_the_lassos path_is_drawn"
        " penalty_is_chosen_by_cross_validation lasso_predicts_at_this_penalty lasso_mae_is_the_mean_absolute_error"
        " cross_validated_error_is_drawn network_predicts_salaries predictions_are_the_networks"
        " network_mae_is_the_mean_absolute_error comparison_has_a_row_for_each_split splits_differ"
        " compared_errors_are_plausible mean_and_spread_are_computed",
    ),
    _mistake(
        "salaries_filled_in",
        "Filled the missing salaries with the mean of the others.",
        ("hitters = table.dropna()", "hitters = table.fillna(table.mean(numeric_only=True))"),
        loses="hitters_are_the_complete_rows dropped_rows_are_counted",
    ),
    _mistake(
        "salary_left_in",
        "Left the salary among the inputs, so that it predicts itself.",
        (_DESIGN, "design = pd.get_dummies(hitters, drop_first=True)"),
        loses="design_has_a_row_for_each_player design_has_no_other_columns path_runs_from_nothing_to_all"
        " penalty_is_chosen_by_cross_validation splits_differ compared_errors_are_plausible",
    ),
    _mistake(
        "letters_left_out",
        "Took the columns of numbers only.",
        (_DESIGN, 'design = hitters.select_dtypes("number").drop(columns="Salary")'),
        loses="design_codes_letters_as_0_and_1",
    ),
    _mistake(
        "letters_numbered_from_1",
        "Coded the two letters of a column as 1 and 2.",
        (
            _DESIGN,
            'design = hitters.drop(columns="Salary").replace({"A": 1, "N": 2, "E": 1, "W": 2}).astype(float)',
        ),
        loses="design_codes_letters_as_0_and_1",
    ),
    _mistake(
        "row_numbers_left_in",
        "Numbered the rows anew and left the old numbers as a column.",
        (_DESIGN, _DESIGN.replace("hitters.drop", "hitters.reset_index().drop")),
        loses="design_has_no_other_columns",
    ),
    _mistake(
        "scaled_before_splitting",
        "Standardised the whole design matrix at once, the test rows among the others.",
        (_DESIGN, _DESIGN + "\ndesign = (design - design.mean()) / design.std()"),
        loses="design_keeps_columns_of_numbers design_codes_letters_as_0_and_1",
    ),
    _mistake(
        "default_share",
        "Left the share of test rows at its default of a quarter.",
        (_SPLIT, _SPLIT.replace(", test_size=1 / 3", "")),
        loses="a_third_is_for_testing",
    ),
    _mistake(
        "not_shuffled",
        "Took the last third of the table for testing.",
        (_SPLIT, _SPLIT.replace("test_size=1 / 3", "test_size=1 / 3, shuffle=False")),
        loses="split_is_random",
    ),
    _mistake(
        "salaries_of_other_players",
        "Took the first salaries of the table as those of the test rows.",
        (_SPLIT, _SPLIT + '\ny_test = hitters["Salary"].iloc[: len(x_test)]'),
        loses="rows_keep_their_salaries",
    ),
    _mistake(
        "parts_in_another_order",
        "Unpacked the four parts in another order.",
        (_SPLIT, _SPLIT.replace("x_train, x_test, y_train, y_test", "x_train, y_train, x_test, y_test")),
        loses="parts_have_a_salary_for_each_row a_third_is_for_testing rows_keep_their_salaries split_is_random"
        " there_is_a_linear_prediction_for_each_test_row linear_model_is_least_squares"
        " linear_mae_is_the_mean_absolute_error standardised_rows_have_the_same_shape"
        " test_rows_are_scaled_like_training_rows path_runs_from_nothing_to_all path_is_the_lassos path_is_drawn"
        " penalty_is_chosen_by_cross_validation lasso_predicts_at_this_penalty lasso_mae_is_the_mean_absolute_error"
        " cross_validated_error_is_drawn validation_error_is_recorded network_was_trained_as_asked"
        " steps_of_an_epoch_are_counted network_predicts_salaries training_is_drawn"
        " there_is_a_network_prediction_for_each_test_row predictions_are_the_networks"
        " network_mae_is_the_mean_absolute_error",
    ),
)

_LINES = (
    _mistake(
        "no_intercept",
        "Fitted the linear model without an intercept.",
        (_LINEAR, _LINEAR.replace("LinearRegression()", "LinearRegression(fit_intercept=False)")),
        loses="linear_model_is_least_squares",
    ),
    _mistake(
        "training_rows_predicted",
        "Predicted the training rows, and compared them with the test rows' salaries.",
        ("linear_predictions = linear.predict(x_test)", "linear_predictions = linear.predict(x_train)"),
        loses="there_is_a_linear_prediction_for_each_test_row linear_model_is_least_squares"
        " linear_mae_is_the_mean_absolute_error",
    ),
    _mistake(
        "root_mean_square",
        "Took the root of the mean squared error.",
        (
            "linear_mae = np.mean(np.abs(y_test - linear_predictions))",
            "linear_mae = np.sqrt(np.mean((y_test - linear_predictions) ** 2))",
        ),
        loses="linear_mae_is_the_mean_absolute_error",
    ),
    _mistake(
        "scaled_with_all_rows",
        "Took means and deviations of all rows: the test rows leak into what is fitted.",
        (_MEANS, "means = design.to_numpy(dtype=float).mean(axis=0)"),
        (_DEVIATIONS, "deviations = design.to_numpy(dtype=float).std(axis=0)"),
        loses="training_columns_are_standardised test_rows_are_scaled_like_training_rows",
    ),
    _mistake(
        "test_rows_scaled_by_themselves",
        "Standardised the test rows with their own means and deviations.",
        (
            _Z_TEST,
            "test_rows = x_test.to_numpy(dtype=float)\n"
            "z_test = (test_rows - test_rows.mean(axis=0)) / test_rows.std(axis=0)",
        ),
        loses="test_rows_are_scaled_like_training_rows",
    ),
    _mistake(
        "only_numbers_standardised",
        "Left the columns of letters out when standardising.",
        (
            "z_train = (x_train.to_numpy(dtype=float) - means) / deviations",
            "z_train = ((x_train.to_numpy(dtype=float) - means) / deviations)[:, :-3]",
        ),
        (_Z_TEST, "z_test = ((x_test.to_numpy(dtype=float) - means) / deviations)[:, :-3]"),
        loses="standardised_rows_have_the_same_shape test_rows_are_scaled_like_training_rows path_is_drawn",
    ),
    _mistake(
        "path_of_raw_rows",
        "Fitted the path to rows that are not standardised.",
        (_PATH, _PATH.replace("z_train", "x_train.to_numpy(dtype=float)")),
        loses="path_is_the_lassos path_runs_from_nothing_to_all",
    ),
    _mistake(
        "path_starts_too_late",
        "Chose penalties so small that most coefficients are never 0.",
        (_PATH, _PATH.replace("y_train)", "y_train, alphas=np.logspace(-1, 1, 50))")),
        loses="path_runs_from_nothing_to_all",
    ),
    _mistake(
        "path_against_the_penalty",
        "Drew the coefficients against the penalty itself.",
        (
            "    plt.plot(-np.log(path_alphas), line, label=name)",
            "    plt.plot(path_alphas, line, label=name)",
        ),
        loses="path_is_drawn",
    ),
    _mistake(
        "largest_penalty_kept",
        "Kept the first penalty of the path, which is the largest.",
        ("best_alpha = lasso.alpha_", "best_alpha = lasso.alphas_[0]"),
        loses="penalty_is_chosen_by_cross_validation lasso_predicts_at_this_penalty",
    ),
    _mistake(
        "predicted_at_another_penalty",
        "Predicted with a lasso of the penalty 100, not with the chosen one.",
        (
            "lasso_predictions = lasso.predict(z_test)",
            "lasso.set_params(alphas=[100.0]).fit(z_train, y_train)\nlasso_predictions = lasso.predict(z_test)",
        ),
        loses="lasso_predicts_at_this_penalty",
    ),
    _mistake(
        "differences_not_absolute",
        "Averaged the differences with their signs, so that they cancel.",
        (
            "lasso_mae = np.mean(np.abs(y_test - lasso_predictions))",
            "lasso_mae = np.mean(y_test - lasso_predictions)",
        ),
        loses="lasso_mae_is_the_mean_absolute_error",
    ),
    _mistake(
        "cross_validation_not_labelled",
        "Drew the cross-validated error without saying what the axes show.",
        ('plt.xlabel("-log(alpha)")\nplt.ylabel("cross-validated mean squared error")\n', ""),
        loses="cross_validated_error_is_drawn",
    ),
)

_NETWORKS = (
    _mistake(
        "inputs_typed_in",
        "Typed in ten inputs, as in the first network.",
        (_NETWORK, _NETWORK.replace("z_train.shape[1]", "10")),
        loses="network_takes_rows_of_the_design_matrix network_has_the_right_number_of_parameters"
        " validation_error_is_recorded network_was_trained_as_asked steps_of_an_epoch_are_counted"
        " network_predicts_salaries training_is_drawn there_is_a_network_prediction_for_each_test_row"
        " predictions_are_the_networks network_mae_is_the_mean_absolute_error",
    ),
    _mistake(
        "rate_is_what_stays",
        "Took the rate of dropout for the share that stays.",
        (_NETWORK, _NETWORK.replace("0.4", "0.6")),
        loses="network_has_the_layers_asked_for",
    ),
    _mistake(
        "sigmoid_for_a_salary",
        "Ended the network in a sigmoid, which cannot go beyond 1.",
        (_NETWORK, _NETWORK.replace("layers.Dense(1)", 'layers.Dense(1, activation="sigmoid")')),
        loses="network_has_the_layers_asked_for network_predicts_salaries",
    ),
    _mistake(
        "compiled_for_classes",
        "Compiled the network as if there were two classes.",
        (_COMPILE, 'network.compile(loss="binary_crossentropy", optimizer="rmsprop", metrics=["accuracy"])'),
        loses="loss_suits_a_quantity rmsprop_and_mae_are_chosen network_predicts_salaries training_is_drawn",
    ),
    _mistake(
        "nothing_watched",
        "Compiled the network without metrics.",
        (_COMPILE, _COMPILE.replace(', metrics=["mean_absolute_error"]', "")),
        loses="rmsprop_and_mae_are_chosen training_is_drawn",
    ),
    _mistake(
        "default_learning_rate",
        "Left the learning rate at its default, with which 40 epochs are too few.",
        (_COMPILE, _COMPILE.replace("learning_rate=0.03", "")),
        loses="network_predicts_salaries",
    ),
    _mistake(
        "no_validation_data",
        "Trained without validation data.",
        (_FIT, _FIT.replace(" validation_data=(z_test, y_test),", "")),
        loses="validation_error_is_recorded training_is_drawn",
    ),
    _mistake(
        "trained_on_all_rows",
        "Trained on the test rows as well.",
        (
            _FIT,
            _FIT.replace("z_train, y_train,", "np.vstack([z_train, z_test]), pd.concat([y_train, y_test]),"),
        ),
        loses="network_was_trained_as_asked",
    ),
    _mistake(
        "last_batch_forgotten",
        "Rounded the number of steps down: the last, smaller batch is a step too.",
        ("steps_per_epoch = int(np.ceil(len(z_train) / 32))", "steps_per_epoch = len(z_train) // 32"),
        loses="steps_of_an_epoch_are_counted",
    ),
    _mistake(
        "raw_rows_predicted",
        "Let the network predict rows that are not standardised.",
        (_PREDICT, _PREDICT.replace("z_test", "x_test.to_numpy(dtype=float)")),
        loses="predictions_are_the_networks",
    ),
    _mistake(
        "a_few_rows_predicted",
        "Let the network predict the first ten test rows only.",
        (_PREDICT, _PREDICT.replace("z_test", "z_test[:10]")),
        loses="there_is_a_network_prediction_for_each_test_row predictions_are_the_networks"
        " network_mae_is_the_mean_absolute_error",
    ),
    _mistake(
        "square_of_all_pairs",
        "Subtracted a table of one column from a list: every player is compared with every other.",
        (_PREDICT, _PREDICT.replace(".reshape(-1)", "")),
        (
            "network_mae = np.mean(np.abs(y_test - network_predictions))",
            "network_mae = np.mean(np.abs(y_test.to_numpy() - network_predictions))",
        ),
        loses="network_mae_is_the_mean_absolute_error",
    ),
    _mistake(
        "three_splits",
        "Compared the models on three splits only.",
        (_COMPARISON, _COMPARISON.replace("5", "3")),
        loses="comparison_has_a_row_for_each_split",
    ),
    _mistake(
        "same_split_again",
        "Fixed the seed of the split, so that every row comes from the same one.",
        (_ONE_SPLIT, _ONE_SPLIT + ", random_state=3"),
        loses="splits_differ",
    ),
    _mistake(
        "compared_after_too_little_training",
        "Trained the compared networks with the default learning rate.",
        (
            'fresh.compile(loss="mse", optimizer=keras.optimizers.RMSprop(learning_rate=0.03))',
            'fresh.compile(loss="mse", optimizer="rmsprop")',
        ),
        loses="compared_errors_are_plausible",
    ),
    _mistake(
        "mean_of_each_split",
        "Averaged the three models of a split instead of the splits of a model.",
        ("mean_mae = comparison.mean()", "mean_mae = comparison.mean(axis=1)"),
        loses="mean_and_spread_are_computed",
    ),
)

MISTAKES = _TABLE + _LINES + _NETWORKS
"""All of them, in the order of the questions."""
