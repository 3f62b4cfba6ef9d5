"""Known wrong answers to islr_nyse, each with the checks that must notice, and no others."""

from deepgrade.lab import Mistake


def _mistake(name: str, description: str, *edits: tuple[str, str], loses: str, size: str = "any") -> Mistake:
    """Write a mistake down; `loses` are check ids without their `test_`, separated by blanks."""
    checks = frozenset(f"test_{check}" for check in loses.split())
    return Mistake(name, description, tuple(edits), checks, size)


_READ = 'nyse = pd.read_csv("NYSE.csv", parse_dates=["date"])'
_COUNT = 'training_days = nyse["train"].sum()'
_SHARES = "autocorrelation = sums / sums[0]"
_SCALE = "series = (series - series.mean()) / series.std()"
_SHIFT = '        arframe[f"L{lag}_{name}"] = series[name].shift(lag)\n'
_ISTRAIN = 'istrain = nyse["train"][complete].to_numpy()'
_R2 = "return 1 - np.mean((predictions - volume[~istrain]) ** 2) / np.var(volume[~istrain])"
_AR = "ar = LinearRegression().fit(lagged[istrain], volume[istrain])"
_DAYS = 'days = pd.get_dummies(nyse["day_of_week"], prefix="day", dtype=float)[complete]'
_SEQUENCES = "xrnn = lagged.to_numpy().reshape(-1, 5, 3)[:, ::-1, :]"
_VOLUMES = "y_train, y_test = volume[istrain], volume[~istrain]"
_RNN = """        keras.Input(shape=(5, 3)),
        layers.SimpleRNN(12, dropout=0.1, recurrent_dropout=0.1),
        layers.Dense(1),
"""
_COMPILE_RNN = 'rnn.compile(loss="mse", optimizer=keras.optimizers.RMSprop(learning_rate=0.005))\nhistory'
_FIT_RNN = "xrnn_train, y_train, epochs=15, batch_size=64, validation_data=(xrnn_test, y_test), verbose=0"
_PREDICT_RNN = "rnn_predictions = rnn.predict(xrnn_test, verbose=0).reshape(-1)"
_LINEAR = "keras.Sequential([keras.Input(shape=(5, 3)), layers.Flatten(), layers.Dense(1)])"
_FIT_LINEAR = "linear_network.fit(xrnn_train, y_train, epochs=15, batch_size=64, verbose=0)\n"
_NONLINEAR = """        keras.Input(shape=(day_train.shape[1],)),
        layers.Dense(32, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(1),
"""

_SERIES = (
    _mistake(
        "columns_left_out",
        "Read the three series and the date, but not the other columns.",
        (_READ, _READ.replace(")", ', usecols=["date", "DJ_return", "log_volume", "log_volatility"])')),
        loses="table_has_the_three_series training_days_are_counted istrain_marks_the_training_rows nothing_is_missing_any_more"
        " there_is_a_prediction_for_each_test_day linear_autoregression_is_least_squares r2_of_linear_autoregression"
        " day_design_has_the_rows_of_arframe day_design_marks_days_of_the_week model_with_days_is_least_squares"
        " r2_of_the_model_with_days sequences_are_split rnn_was_trained_as_asked validation_loss_is_recorded"
        " rnn_predicts_the_volume training_is_drawn predictions_are_the_rnns r2_of_the_rnn"
        " linear_network_predicts_the_volume r2_of_the_linear_network rows_with_days_are_split"
        " nonlinear_has_the_layers_asked_for nonlinear_predicts_the_volume r2_of_the_nonlinear_network"
        " table_has_five_entries table_holds_the_r2_values",
    ),
    _mistake(
        "sorted_by_weekday",
        "Sorted the table by the day of the week, so that the rows before are not the days before.",
        (_READ, _READ + '.sort_values("day_of_week", kind="stable", ignore_index=True)'),
        loses="table_is_the_published_one series_are_standardised istrain_marks_the_training_rows"
        " day_design_marks_days_of_the_week rnn_predicts_the_volume linear_network_predicts_the_volume"
        " nonlinear_predicts_the_volume autocorrelation_is_right",
    ),
    _mistake(
        "all_days_counted",
        "Counted all days instead of those for training.",
        (_COUNT, 'training_days = nyse["train"].count()'),
        loses="training_days_are_counted",
    ),
    _mistake(
        "one_series_three_times",
        "Drew the volume in all three plots.",
        (
            '    axis.plot(nyse["date"], nyse[name], linewidth=0.5)',
            '    axis.plot(nyse["date"], nyse["log_volume"], linewidth=0.5)',
        ),
        loses="three_series_are_drawn",
    ),
    _mistake(
        "series_not_labelled",
        "Drew the series without saying which is which.",
        ("    axis.set_ylabel(name)\n", ""),
        loses="plots_of_series_are_labelled",
    ),
    _mistake(
        "autocorrelation_not_divided",
        "Forgot to divide the sums by that of lag 0.",
        (_SHARES, "autocorrelation = sums"),
        loses="autocorrelation_begins_with_1 autocorrelation_is_right",
    ),
    _mistake(
        "autocorrelation_of_the_return",
        "Took the autocorrelation of another series.",
        (
            'centred = (nyse["log_volume"] - nyse["log_volume"].mean()).to_numpy()',
            'centred = (nyse["DJ_return"] - nyse["DJ_return"].mean()).to_numpy()',
        ),
        loses="autocorrelation_is_right",
    ),
    _mistake(
        "autocorrelation_not_drawn",
        "Computed the autocorrelation and closed the plot before it was shown.",
        ('plt.ylabel("autocorrelation of log_volume")\nplt.show()', "plt.close()"),
        loses="autocorrelation_is_drawn",
    ),
)

_LAGGED = (
    _mistake(
        "series_in_another_order",
        "Put the volume first.",
        (
            'names = ["DJ_return", "log_volume", "log_volatility"]',
            'names = ["log_volume", "DJ_return", "log_volatility"]',
        ),
        loses="series_has_three_columns lagged_columns_have_their_names sequences_begin_with_the_oldest_day",
    ),
    _mistake(
        "scaled_to_the_interval",
        "Brought the series into the interval from 0 to 1 instead of standardising them.",
        (_SCALE, "series = (series - series.min()) / (series.max() - series.min())"),
        loses="series_are_standardised rnn_predicts_the_volume nonlinear_predicts_the_volume",
    ),
    _mistake(
        "yesterday_left_out",
        "Shifted by one day too many, so that the most telling day is not among the inputs.",
        (_SHIFT, _SHIFT.replace("shift(lag)", "shift(lag + 1)")),
        loses="lagged_columns_hold_earlier_days only_the_first_days_are_dropped istrain_marks_the_training_rows"
        " day_design_marks_days_of_the_week sequences_begin_with_the_oldest_day rnn_predicts_the_volume"
        " linear_network_predicts_the_volume nonlinear_predicts_the_volume days_without_a_past_are_missing",
    ),
    _mistake(
        "today_as_input",
        "Shifted by one day too few, so that today's volume is among the inputs.",
        (_SHIFT, _SHIFT.replace("shift(lag)", "shift(lag - 1)")),
        loses="lagged_columns_hold_earlier_days days_without_a_past_are_missing only_the_first_days_are_dropped"
        " istrain_marks_the_training_rows day_design_marks_days_of_the_week sequences_begin_with_the_oldest_day",
    ),
    _mistake(
        "gaps_filled_with_0",
        "Filled the gaps at the top with 0, so that days without a past stay.",
        (_SHIFT, _SHIFT.replace("shift(lag)", "shift(lag).fillna(0)")),
        loses="days_without_a_past_are_missing only_the_first_days_are_dropped istrain_marks_the_training_rows"
        " day_design_marks_days_of_the_week sequences_begin_with_the_oldest_day",
    ),
    _mistake(
        "lag_not_in_the_name",
        "Named the columns in another way than asked.",
        (_SHIFT, _SHIFT.replace("L{lag}_{name}", "{name}_before_{lag}")),
        loses="lagged_columns_have_their_names",
    ),
    _mistake(
        "volume_last",
        "Put what is to be predicted into the last column.",
        (
            'print(arframe.shape, arframe.isna().sum().sum(), "values are missing")',
            'arframe["log_volume"] = arframe.pop("log_volume")',
        ),
        loses="arframe_has_16_columns",
    ),
    _mistake(
        "incomplete_rows_kept",
        "Dropped only rows in which everything is missing, of which there are none.",
        ("complete = arframe.notna().all(axis=1)", "complete = arframe.notna().any(axis=1)"),
        loses="nothing_is_missing_any_more only_the_first_days_are_dropped istrain_marks_the_training_rows"
        " there_is_a_prediction_for_each_test_day linear_autoregression_is_least_squares r2_of_linear_autoregression"
        " day_design_has_the_rows_of_arframe day_design_marks_days_of_the_week model_with_days_is_least_squares"
        " r2_of_the_model_with_days sequences_begin_with_the_oldest_day sequences_are_split rnn_predicts_the_volume"
        " predictions_are_the_rnns r2_of_the_rnn linear_network_predicts_the_volume r2_of_the_linear_network"
        " rows_with_days_are_split nonlinear_predicts_the_volume r2_of_the_nonlinear_network table_has_five_entries"
        " table_holds_the_r2_values",
    ),
    _mistake(
        "mask_cut_at_the_wrong_end",
        "Cut the last days off the mask instead of the first.",
        (_ISTRAIN, 'istrain = nyse["train"].to_numpy()[: len(arframe)]'),
        loses="istrain_marks_the_training_rows",
    ),
    _mistake(
        "training_rows_predicted",
        "Predicted the training rows.",
        ("ar_predictions = ar.predict(lagged[~istrain])", "ar_predictions = ar.predict(lagged[istrain])"),
        loses="there_is_a_prediction_for_each_test_day linear_autoregression_is_least_squares"
        " r2_of_linear_autoregression table_has_five_entries table_holds_the_r2_values",
    ),
    _mistake(
        "fitted_to_all_days",
        "Fitted the linear model to the test days as well.",
        (_AR, "ar = LinearRegression().fit(lagged, volume)"),
        loses="linear_autoregression_is_least_squares",
    ),
    _mistake(
        "divided_by_the_deviation",
        "Divided by the standard deviation instead of the variance, in all R2 values.",
        (
            _R2,
            _R2.replace("np.var", "np.std").replace(
                "(predictions - volume[~istrain]) ** 2", "np.abs(predictions - volume[~istrain])"
            ),
        ),
        loses="r2_of_linear_autoregression r2_of_the_model_with_days r2_of_the_rnn r2_of_the_linear_network"
        " r2_of_the_nonlinear_network",
    ),
    _mistake(
        "rows_of_days_do_not_fit",
        "Forgot that the first days are gone when the days of the week are put beside the lags.",
        (_DAYS, _DAYS.replace("[complete]", "")),
        loses="day_design_has_the_rows_of_arframe day_design_marks_days_of_the_week model_with_days_is_least_squares"
        " r2_of_the_model_with_days rows_with_days_are_split nonlinear_has_the_layers_asked_for"
        " nonlinear_predicts_the_volume r2_of_the_nonlinear_network table_has_five_entries table_holds_the_r2_values",
    ),
    _mistake(
        "days_numbered",
        "Numbered the days of the week in one column.",
        (
            _DAYS,
            'days = nyse["day_of_week"].map({"mon": 0, "tues": 1, "wed": 2, "thur": 3, "fri": 4})[complete]',
        ),
        loses="day_design_marks_days_of_the_week",
    ),
)

_RECURRENT = (
    _mistake(
        "newest_day_first",
        "Reshaped the lags and forgot to turn the days round.",
        (_SEQUENCES, _SEQUENCES.replace("[:, ::-1, :]", "")),
        loses="sequences_begin_with_the_oldest_day",
    ),
    _mistake(
        "series_before_days",
        "Reshaped the lags to three series of five days, and built both networks for that.",
        (_SEQUENCES, "xrnn = lagged.to_numpy().reshape(-1, 3, 5)"),
        (_RNN, _RNN.replace("(5, 3)", "(3, 5)")),
        (_LINEAR, _LINEAR.replace("(5, 3)", "(3, 5)")),
        loses="sequences_have_five_days_of_three_numbers sequences_begin_with_the_oldest_day rnn_takes_sequences"
        " rnn_has_the_right_number_of_parameters",
    ),
    _mistake(
        "days_and_series_mixed_up",
        "Turned days and series round when building the network.",
        (_RNN, _RNN.replace("(5, 3)", "(3, 5)")),
        loses="rnn_takes_sequences rnn_has_the_right_number_of_parameters validation_loss_is_recorded"
        " rnn_was_trained_as_asked rnn_predicts_the_volume training_is_drawn predictions_are_the_rnns r2_of_the_rnn table_has_five_entries"
        " table_holds_the_r2_values",
    ),
    _mistake(
        "volumes_of_other_rows",
        "Took the first volumes as those of the test rows.",
        (_VOLUMES, "y_train, y_test = volume[istrain], volume[: (~istrain).sum()]"),
        loses="sequences_are_split rnn_predicts_the_volume r2_of_the_rnn linear_network_predicts_the_volume"
        " r2_of_the_linear_network nonlinear_predicts_the_volume r2_of_the_nonlinear_network",
    ),
    _mistake(
        "no_recurrent_dropout",
        "Left out the dropout of the recurrent layer.",
        (_RNN, _RNN.replace(", dropout=0.1, recurrent_dropout=0.1", "")),
        loses="rnn_has_the_layers_asked_for",
    ),
    _mistake(
        "lstm_instead",
        "Took an LSTM, which has four times the weights.",
        (_RNN, _RNN.replace("SimpleRNN", "LSTM")),
        loses="rnn_has_the_layers_asked_for rnn_has_the_right_number_of_parameters",
    ),
    _mistake(
        "compiled_for_classes",
        "Compiled the recurrent network with the cross-entropy of two classes.",
        (_COMPILE_RNN, _COMPILE_RNN.replace('"mse"', '"binary_crossentropy"')),
        loses="loss_suits_a_quantity rnn_predicts_the_volume",
    ),
    _mistake(
        "no_validation_data",
        "Trained without validation data.",
        (_FIT_RNN, _FIT_RNN.replace("validation_data=(xrnn_test, y_test), ", "")),
        loses="validation_loss_is_recorded training_is_drawn",
    ),
    _mistake(
        "trained_on_all_days",
        "Trained on the test days as well.",
        (_FIT_RNN, _FIT_RNN.replace("xrnn_train, y_train,", "xrnn, volume,")),
        loses="rnn_was_trained_as_asked",
    ),
    _mistake(
        "history_without_legend",
        "Drew the two curves without a legend, so that nobody knows which is which.",
        ('plt.ylabel("mean squared error")\nplt.legend()\n', 'plt.ylabel("mean squared error")\n'),
        loses="training_is_drawn",
    ),
    _mistake(
        "other_sequences_predicted",
        "Predicted as many training sequences as there are test days.",
        (_PREDICT_RNN, _PREDICT_RNN.replace("xrnn_test", "xrnn_train[: len(xrnn_test)]")),
        loses="predictions_are_the_rnns",
    ),
    _mistake(
        "square_of_all_pairs",
        "Subtracted a list from a table of one column: every day is compared with every other.",
        (_PREDICT_RNN, _PREDICT_RNN.replace(".reshape(-1)", "")),
        loses="r2_of_the_rnn",
    ),
)

_OTHERS = (
    _mistake(
        "not_flattened",
        "Left out the layer that flattens, so that each day gets an output of its own.",
        (_LINEAR, _LINEAR.replace("layers.Flatten(), ", "")),
        loses="linear_network_is_a_linear_model linear_network_predicts_the_volume r2_of_the_linear_network"
        " table_has_five_entries table_holds_the_r2_values",
    ),
    _mistake(
        "linear_network_not_fitted",
        "Built and compiled the linear network and forgot to fit it.",
        (_FIT_LINEAR, ""),
        loses="linear_network_predicts_the_volume",
    ),
    _mistake(
        "days_forgotten",
        "Gave the nonlinear network the lags only.",
        (
            "day_train = day_design[istrain].to_numpy(dtype=float)\nday_test = day_design[~istrain].to_numpy(dtype=float)",
            "day_train, day_test = lagged[istrain].to_numpy(), lagged[~istrain].to_numpy()",
        ),
        loses="rows_with_days_are_split nonlinear_has_the_layers_asked_for nonlinear_predicts_the_volume",
    ),
    _mistake(
        "sigmoid_for_a_volume",
        "Ended the nonlinear network in a sigmoid, which is never below 0.",
        (_NONLINEAR, _NONLINEAR.replace("layers.Dense(1)", 'layers.Dense(1, activation="sigmoid")')),
        loses="nonlinear_has_the_layers_asked_for nonlinear_predicts_the_volume",
    ),
    _mistake(
        "loss_kept_as_r2",
        "Kept the mean squared error of the nonlinear network as its R2.",
        (
            "nonlinear_r2 = r2(nonlinear.predict(day_test, verbose=0).reshape(-1))",
            "nonlinear_r2 = nonlinear.evaluate(day_test, y_test, verbose=0)",
        ),
        loses="r2_of_the_nonlinear_network",
    ),
    _mistake(
        "rows_of_the_table_swapped",
        "Swapped two entries of the table.",
        ('        "recurrent": rnn_r2,\n', '        "recurrent": linear_r2,\n'),
        ('        "linear network": linear_r2,\n', '        "linear network": rnn_r2,\n'),
        loses="table_holds_the_r2_values",
    ),
    _mistake(
        "model_left_out",
        "Left a model out of the table.",
        ('        "linear network": linear_r2,\n', ""),
        loses="table_has_five_entries table_holds_the_r2_values",
    ),
)

MISTAKES = _SERIES + _LAGGED + _RECURRENT + _OTHERS
"""All of them, in the order of the questions."""
