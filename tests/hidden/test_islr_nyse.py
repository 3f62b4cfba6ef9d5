"""The checks of islr_nyse: linear models and networks that predict the trading volume from five days before.

What answers are compared with is computed here, from the published table or from what the notebook kept one step before, so
that a mistake costs its own question only. Names of columns may be written with other signs between their parts.
"""

import numpy as np

from deepgrade.checks import (
    assert_fitted,
    assert_history_drawn,
    assert_loss,
    axes_with,
    dense_stack,
    dropout_rates,
    flat,
    input_size,
    is_close,
    least_squares,
    lines_of,
    number,
    numbers,
    r_squared,
)
from deepgrade.lab import question, visible

SERIES = ("DJ_return", "log_volume", "log_volatility")
LAGS, EPOCHS, BATCH, HIGHEST_LAG = 5, 15, 64, 30
MODELS = ("linear", "linear with days", "recurrent", "linear network", "nonlinear")


def plain(name):
    """Return a column's name without the signs between its parts."""
    return "".join(sign for sign in str(name).lower() if sign.isalnum())


def lag_names():
    """Return the names of the lagged columns in their order: lag 1 first, and in each lag the three series."""
    return [plain(f"L{lag}{name}") for lag in range(1, LAGS + 1) for name in SERIES]


def standardised(lab, series):
    """Return the captured series, `(days, 3)`, in the order that the lab asks for."""
    return np.column_stack([numbers(lab, series[name], name) for name in SERIES]).astype(float)


def shifted(values, lag):
    """Return values moved so many rows down, with NaN at the top."""
    return np.concatenate([np.full(lag, np.nan), values[: len(values) - lag]])


def training(lab, istrain, rows):
    """Return the mask of training rows."""
    mask = flat(lab, istrain, "istrain")
    hint = "istrain: one true or false for each row of arframe"
    assert len(mask) == rows and set(np.unique(mask).tolist()) == {0.0, 1.0}, hint
    return mask == 1


def volume_of(lab, arframe):
    return flat(lab, arframe["log_volume"], "log_volume")


def assert_r2(found, truth, predictions, what):
    """Assert that a number is the R2 of these predictions; the variance may be with n - 1."""
    hint = f"{what}: 1 - mean squared error / variance of the test days' volumes; look at the shapes, too"
    assert is_close(number(found, what), r_squared(truth, predictions), within=2e-3), hint


def assert_least_squares(lab, found, rows, arframe, istrain):
    """Assert that predictions are those of least squares with intercept on the training rows."""
    train, truth = training(lab, istrain, len(rows)), volume_of(lab, arframe)
    expected = least_squares(rows[train], truth[train], rows[~train])
    assert found.shape == expected.shape, "one prediction for each test row"
    hint = "fit the volume to the training rows, with intercept; then predict the test rows"
    assert np.abs(found - expected).max() < 0.02 * expected.std(), hint


def inputs_of(lab, frame):
    """Return the names of a frame's columns but `log_volume`, and their values, `(rows, columns)`."""
    names = [str(name) for name in frame.columns if str(name) != "log_volume"]
    return names, np.column_stack([numbers(lab, frame[name], name) for name in names]).astype(float)


@question("a1", points=0.1)
@visible
def test_table_has_the_three_series(nyse):
    """`nyse` has the three series and the column that marks training days."""
    wanted = {"DJ_return", "log_volume", "log_volatility", "train"}
    assert wanted <= {str(name) for name in nyse.columns}, "some columns of the file are missing"


@question("a1", points=0.2)
def test_table_is_the_published_one(nyse, lab):
    """`nyse` has all days with their values, in the order of time."""
    for name in SERIES:
        found, truth = flat(lab, nyse[name], name), lab.data.nyse.columns[name]
        assert found.shape == truth.shape, "days are missing, or there are too many"
        assert np.allclose(found, truth), f"the values of {name} are not those of the file, in its order"


@question("a1", points=0.1)
def test_training_days_are_counted(training_days, lab):
    """`training_days` is the number of days for training."""
    marked = lab.data.nyse.columns["train"].sum()
    assert number(training_days, "training_days") == marked, "how many days are marked for training?"


@question("a2", points=0.3)
def test_three_series_are_drawn(lab):
    """Each of the three series is drawn as a line over all days."""
    plots = axes_with(lab, "a2", lines=1)
    lines = [line for axes in plots for line in lines_of(axes, 1000)]
    for name in SERIES:
        truth = lab.data.nyse.columns[name]
        drawn = [line for line in lines if _looks_like(line, truth)]
        assert drawn, f"no line shows {name} over all days"


@question("a2", points=0.1)
def test_plots_of_series_are_labelled(lab):
    """The plots of the series say what they show."""
    plots = [axes for axes in axes_with(lab, "a2", lines=1) if lines_of(axes, 1000)]
    assert plots, "there is no line over many days"
    named = all(axes.ylabel or axes.title or axes.legend for axes in plots)
    assert named and any(axes.xlabel for axes in plots), "label the axes: which series, over what?"


def _looks_like(line, truth):
    """Return whether a line goes through a series; of long lines a thousand points are known."""
    found, spread = np.asarray(line.y, dtype=float), truth.std()
    near = abs(np.nanmean(found) - truth.mean()) < 0.2 * spread and 0.7 < np.nanstd(found) / spread < 1.3
    return line.points == len(truth) and bool(near)


@question("a3", points=0.4)
def test_autocorrelation_is_right(autocorrelation, lab):
    """`autocorrelation` holds the autocorrelations of `log_volume` at the lags from 0 to 30."""
    found = flat(lab, autocorrelation, "autocorrelation")
    assert found.shape == (HIGHEST_LAG + 1,), "one number for each lag from 0 to 30"
    values = lab.data.nyse.columns["log_volume"] - lab.data.nyse.columns["log_volume"].mean()
    shares = [values[lag:] @ values[: len(values) - lag] for lag in range(HIGHEST_LAG + 1)]
    hint = "the series minus its mean, times itself shifted; divided so that lag 0 gives 1"
    assert np.allclose(found, np.array(shares) / shares[0], rtol=0, atol=0.015), hint


@question("a3", points=0.1)
@visible
def test_autocorrelation_begins_with_1(autocorrelation):
    """At lag 0 the autocorrelation is 1."""
    assert abs(float(autocorrelation[0]) - 1) < 1e-6, (
        "a series is perfectly correlated with itself: lag 0 first"
    )


@question("a3", points=0.2)
def test_autocorrelation_is_drawn(lab):
    """The autocorrelation is drawn for each lag, with labelled axes."""
    plots = [
        axes
        for axes in axes_with(lab, "a3")
        if max(axes.bars, axes.segments, *axes.scatters, 0) >= HIGHEST_LAG or lines_of(axes, HIGHEST_LAG)
    ]
    assert plots, "draw one bar or stem for each lag"
    assert any(axes.labelled for axes in plots), "label both axes: what do they show?"


@question("b1", points=0.1)
@visible
def test_series_has_three_columns(series):
    """`series` has the three columns, in the order asked for."""
    names = [str(name) for name in series.columns]
    assert names == ["DJ_return", "log_volume", "log_volatility"], "look at the columns and their order"


@question("b1", points=0.4)
def test_series_are_standardised(series, lab):
    """Each series has mean 0 and standard deviation 1 over all days."""
    for name in SERIES:
        truth = lab.data.nyse.columns[name]
        found = flat(lab, series[name], name)
        assert found.shape == truth.shape, "one row for each day"
        hint = f"{name}: subtract the mean over all days, divide by their standard deviation"
        assert np.allclose(found, (truth - truth.mean()) / truth.std(), rtol=1e-3, atol=1e-3), hint


@question("b3", points=0.1)
@visible
def test_arframe_has_16_columns(arframe):
    """`arframe` has 16 columns, the first of which is to be predicted."""
    names = [str(name) for name in arframe.columns]
    assert len(names) == 16, "log_volume and five lags of three series"
    assert names[0] == "log_volume", "first comes what is to be predicted"


@question("b3", points=0.2)
def test_lagged_columns_have_their_names(arframe):
    """The lagged columns are named after lag and series, lag 1 first."""
    found = [plain(name) for name in arframe.columns if str(name) != "log_volume"]
    assert set(found) == set(lag_names()), "names say lag and series, like L1_DJ_return"
    assert found == lag_names(), "the order: lag 1 of the three series, then lag 2, up to lag 5"


@question("b3", points=0.4)
def test_lagged_columns_hold_earlier_days(arframe, series, lab):
    """Each lagged column holds the value of so many days before."""
    values, (names, rows) = standardised(lab, series), inputs_of(lab, arframe)
    assert rows.shape[1] == LAGS * len(SERIES), "five lags of three series"
    assert len(rows) <= len(values), "there are more rows than days"
    known = {plain(name): place for place, name in enumerate(names)}
    for place, name in enumerate(lag_names()):
        expected = shifted(values[:, place % 3], place // 3 + 1)[-len(rows) :]
        found = rows[:, known.get(name, place)]  # under other names they count in their order
        there = ~np.isnan(expected)
        hint = f"{names[known.get(name, place)]} does not hold the values of so many days before"
        assert np.allclose(found[there], expected[there], atol=1e-4), hint
    same = np.allclose(volume_of(lab, arframe), values[-len(rows) :, 1], atol=1e-4)
    assert same, "log_volume itself is not shifted"


@question("b3", points=0.2)
def test_days_without_a_past_are_missing(arframe, series):
    """The first rows miss what lies before the first day, and nothing is missing elsewhere."""
    assert len(arframe) == len(series), "one row for each day; incomplete ones are dropped later"
    missing = int(arframe.isna().sum().sum())
    hint = "lag k has no value for the first k days: nothing is known there, so nothing may stand there"
    assert missing == len(SERIES) * sum(range(1, LAGS + 1)), hint


@question("b4", points=0.1)
@visible
def test_nothing_is_missing_any_more(arframe, istrain):
    """`arframe` misses no value, and `istrain` has an entry for each of its rows."""
    assert int(arframe.isna().sum().sum()) == 0, "some rows are still incomplete"
    assert len(istrain) == len(arframe), "istrain needs the same rows as arframe"


@question("b4", points=0.3)
def test_only_the_first_days_are_dropped(arframe, series, lab):
    """`arframe` has all days but the first five."""
    values = standardised(lab, series)[LAGS:, 1]
    assert len(arframe) == len(values), "only the days without a complete past go"
    assert np.allclose(volume_of(lab, arframe), values, atol=1e-4), "these are not the days from the sixth on"


@question("b4", points=0.2)
def test_istrain_marks_the_training_rows(istrain, lab):
    """`istrain` is true for the rows of training days."""
    truth = lab.data.nyse.columns["train"][LAGS:]
    hint = "drop the same rows from the column train, and keep true for training"
    assert np.array_equal(training(lab, istrain, len(truth)), truth == 1), hint


@question("c1", points=0.1)
@visible
def test_there_is_a_prediction_for_each_test_day(ar_predictions, istrain):
    """There is one prediction for each test row."""
    assert len(ar_predictions) == len(istrain) - sum(istrain), "predict the test rows"


@question("c1", points=0.3)
def test_linear_autoregression_is_least_squares(ar_predictions, arframe, istrain, lab):
    """The predictions are those of least squares on the 15 lagged columns of the training rows."""
    found = flat(lab, ar_predictions, "ar_predictions")
    assert_least_squares(lab, found, inputs_of(lab, arframe)[1], arframe, istrain)


@question("c1", points=0.3)
def test_r2_of_linear_autoregression(ar_r2, ar_predictions, arframe, istrain, lab):
    """`ar_r2` is the R2 of these predictions on the test rows."""
    truth = volume_of(lab, arframe)
    truth = truth[~training(lab, istrain, len(truth))]
    assert_r2(ar_r2, truth, flat(lab, ar_predictions, "ar_predictions"), "ar_r2")


@question("c2", points=0.1)
@visible
def test_day_design_has_the_rows_of_arframe(day_design, arframe):
    """`day_design` has a row for each row of `arframe`, and nothing is missing."""
    assert len(day_design) == len(arframe), "the same rows as arframe"
    assert int(day_design.isna().sum().sum()) == 0, "values are missing: do the rows fit together?"


@question("c2", points=0.3)
def test_day_design_marks_days_of_the_week(day_design, arframe, lab):
    """`day_design` has the lagged columns and a column of 0 and 1 for the days of the week."""
    days = lab.data.nyse.columns["day_of_week"][LAGS:]
    names, lagged = inputs_of(lab, arframe)
    kept = [str(name) for name in day_design.columns]
    same = [name in kept and np.allclose(day_design[name], lagged[:, at]) for at, name in enumerate(names)]
    assert len(day_design) == len(arframe) and all(same), "the lagged columns stay as they are"
    others, levels = [name for name in kept if name not in names], sorted(set(days.tolist()))
    hint = "besides the lags there is one column for each day of the week, and nothing else"
    assert len(others) in (len(levels) - 1, len(levels)), hint
    for name in others:
        level = [day for day in levels if plain(name).endswith(day)]
        assert level, f"the name {name} does not say which day it marks"
        marked = flat(lab, day_design[name], name)
        right = len(marked) == len(days) and np.array_equal(marked, (days == level[-1]).astype(float))
        assert right, f"{name}: 1 on these days and 0 on all others; do the rows fit?"


@question("c2", points=0.2)
def test_model_with_days_is_least_squares(day_predictions, day_design, arframe, istrain, lab):
    """The predictions are those of least squares with the days of the week."""
    found = flat(lab, day_predictions, "day_predictions")
    assert_least_squares(lab, found, numbers(lab, day_design, "day_design"), arframe, istrain)


@question("c2", points=0.2)
def test_r2_of_the_model_with_days(day_r2, day_predictions, arframe, istrain, lab):
    """`day_r2` is the R2 of these predictions on the test rows."""
    truth = volume_of(lab, arframe)
    truth = truth[~training(lab, istrain, len(truth))]
    assert_r2(day_r2, truth, flat(lab, day_predictions, "day_predictions"), "day_r2")


@question("d1", points=0.1)
@visible
def test_sequences_have_five_days_of_three_numbers(xrnn, arframe):
    """`xrnn` has a sequence of five days with three numbers for each row."""
    assert tuple(xrnn.shape) == (len(arframe), 5, 3), "rows, then days, then series"


@question("d1", points=0.4)
def test_sequences_begin_with_the_oldest_day(xrnn, series, lab):
    """Each sequence holds the five days before its row, the oldest first."""
    values, found = standardised(lab, series), numbers(lab, xrnn, "xrnn")
    expected = np.stack([values[day : len(values) - LAGS + day] for day in range(LAGS)], axis=1)
    assert found.shape == expected.shape, "one sequence for each row of arframe"
    backwards = np.allclose(found[:, ::-1], expected, atol=1e-4)
    assert not backwards, "the oldest day comes first, and lag 1 last"
    hint = "write the first sequence down by hand: which three numbers belong to which day?"
    assert np.allclose(found, expected, atol=1e-4), hint


@question("d1", points=0.3)
def test_sequences_are_split(xrnn, xrnn_train, xrnn_test, y_train, y_test, arframe, istrain, lab):
    """Sequences and volumes are split into training and test rows alike."""
    truth, whole = volume_of(lab, arframe), numbers(lab, xrnn, "xrnn")
    train = training(lab, istrain, len(truth))
    assert len(whole) == len(train), "one sequence for each row of arframe"
    for mask, rows, volumes in ((train, xrnn_train, y_train), (~train, xrnn_test, y_test)):
        found, kept = numbers(lab, rows, "sequences"), flat(lab, volumes, "volumes")
        same = found.shape == whole[mask].shape and np.allclose(found, whole[mask], atol=1e-5)
        assert same, "the sequences of training rows, and those of test rows"
        same = kept.shape == truth[mask].shape and np.allclose(kept, truth[mask], atol=1e-5)
        assert same, "the volumes belong to the same rows as the sequences"


@question("d2", points=0.1)
@visible
def test_rnn_takes_sequences(rnn):
    """The network takes five days of three numbers and gives one number."""
    days, values = rnn.input_shape[1:]
    assert days in (5, None) and values == 3, "state the input: days, then series"
    assert rnn.output_shape[-1] == 1, "one volume for each sequence"


@question("d2", points=0.2)
def test_rnn_has_the_layers_asked_for(rnn, lab):
    """There is one recurrent layer of 12 units with both kinds of dropout, and a dense output."""
    found = [layer for layer in lab.layers(rnn) if layer.kind == "SimpleRNN"]
    assert [layer.units for layer in found] == [12], "one SimpleRNN layer of 12 units"
    rates = [round(found[0].config.get(name) or 0, 4) for name in ("dropout", "recurrent_dropout")]
    assert rates == [0.1, 0.1], "look at dropout and recurrent_dropout"
    assert dense_stack(lab, rnn) == [(1, "linear")], "the volume may be any number"


@question("d2", points=0.2)
def test_rnn_has_the_right_number_of_parameters(rnn):
    """The network has as many parameters as 3 inputs, 12 recurrent units and one output give."""
    assert rnn.count_params() == 12 * (3 + 12 + 1) + 13, "the same weights are used for all five days"


@question("d3", points=0.1)
@visible
def test_validation_loss_is_recorded(history):
    """The history has a validation loss for each epoch."""
    assert "val_loss" in history.history, "fit has an argument for validation data"


@question("d3", points=0.1)
def test_loss_suits_a_quantity(rnn, lab):
    """The loss measures how far a predicted quantity is off."""
    assert_loss(lab, rnn, "number")


@question("d3", points=0.2)
def test_rnn_was_trained_as_asked(history, y_train):
    """The network went through the training sequences 15 times, in batches of 64."""
    assert_fitted(history, epochs=EPOCHS, rows=len(y_train), batch_size=BATCH)


@question("d3", points=0.2, hidden={"rnn": "sequences"})
def test_rnn_predicts_the_volume(rnn, lab):
    """The trained network explains a fair share of the test days' variance."""
    assert lab.reaches(rnn), "it learned too little: how did the loss develop?"


@question("d4", points=0.3)
def test_training_is_drawn(history, lab):
    """Training and validation loss are drawn by epoch, with labelled axes and a legend."""
    assert_history_drawn(lab, "d4", history, "loss", "val_loss")


@question("d5", points=0.2, hidden={"rnn": "sequences"})
def test_predictions_are_the_rnns(rnn_predictions, rnn, lab):
    """The predictions are what the network gives for `xrnn_test`."""
    expected, found = lab.predictions(rnn), flat(lab, rnn_predictions, "rnn_predictions")
    assert found.shape == expected.shape, "one prediction for each test row"
    assert np.allclose(found, expected, atol=1e-3), (
        "these are predictions of other rows, or of another network"
    )


@question("d5", points=0.2)
def test_r2_of_the_rnn(rnn_r2, rnn_predictions, y_test, lab):
    """`rnn_r2` is the R2 of these predictions on the test rows."""
    truth, found = (flat(lab, values, "volumes") for values in (y_test, rnn_predictions))
    assert_r2(rnn_r2, truth, found, "rnn_r2")


@question("e1", points=0.2)
def test_linear_network_is_a_linear_model(linear_network, lab):
    """The network has one dense output on 15 numbers, and nothing that bends."""
    assert dense_stack(lab, linear_network) == [(1, "linear")], "one dense layer, without an activation"
    assert input_size(linear_network) == LAGS * len(SERIES), (
        "it takes the same sequences as the first network"
    )
    hint = "one weight for each of 15 numbers, and a bias: are the sequences flattened?"
    assert linear_network.count_params() == LAGS * len(SERIES) + 1, hint


@question("e1", points=0.3, hidden={"linear_network": "sequences"})
def test_linear_network_predicts_the_volume(linear_network, lab):
    """The trained linear network explains about as much as least squares."""
    assert lab.reaches(linear_network), "it learned too little: was it fitted, and to the right loss?"


@question("e1", points=0.1, hidden={"linear_network": "sequences"})
def test_r2_of_the_linear_network(linear_r2, linear_network, lab):
    """`linear_r2` is the linear network's R2 on the test rows."""
    expected = lab.hidden_score(linear_network)
    assert is_close(number(linear_r2, "linear_r2"), expected, within=2e-3), "the R2 of the test rows"


@question("e2", points=0.1)
def test_rows_with_days_are_split(day_train, day_test, day_design, istrain, lab):
    """The rows with days are split into training and test rows."""
    whole = numbers(lab, day_design, "day_design")
    train = training(lab, istrain, len(whole))
    for mask, rows in ((train, day_train), (~train, day_test)):
        found = numbers(lab, rows, "rows with days")
        same = found.shape == whole[mask].shape and np.allclose(found, whole[mask], atol=1e-5)
        assert same, "training rows of day_design, and test rows"


@question("e2", points=0.2)
def test_nonlinear_has_the_layers_asked_for(nonlinear, day_design, lab):
    """There are 32 ReLU units, dropout of 0.5 and one output, on all columns of `day_design`."""
    assert dense_stack(lab, nonlinear) == [(32, "relu"), (1, "linear")], "look at units and activations"
    rates = [round(rate, 4) for rate in dropout_rates(lab, nonlinear)]
    assert rates == [0.5], "dropout stands between the two dense layers"
    expected = (len(day_design.columns) + 1) * 32 + 33
    assert nonlinear.count_params() == expected, "one input for each column of day_design"


@question("e2", points=0.3, hidden={"nonlinear": "day_rows"})
def test_nonlinear_predicts_the_volume(nonlinear, lab):
    """The trained network explains a fair share of the test days' variance."""
    assert lab.reaches(nonlinear), "it learned too little: was it fitted long enough, and with the days?"


@question("e2", points=0.1, hidden={"nonlinear": "day_rows"})
def test_r2_of_the_nonlinear_network(nonlinear_r2, nonlinear, lab):
    """`nonlinear_r2` is the nonlinear network's R2 on the test rows."""
    expected = lab.hidden_score(nonlinear)
    assert is_close(number(nonlinear_r2, "nonlinear_r2"), expected, within=2e-3), "the R2 of the test rows"


@question("e3", points=0.1)
@visible
def test_table_has_five_entries(r2_table):
    """`r2_table` has one entry for each of the five models."""
    assert len(r2_table) == 5, "one R2 for each of the five models"


@question("e3", points=0.3)
def test_table_holds_the_r2_values(r2_table, ar_r2, day_r2, rnn_r2, linear_r2, nonlinear_r2, lab):
    """`r2_table` holds the R2 values of the five models, in the order of the questions."""
    found = flat(lab, r2_table, "r2_table")
    values = [number(value, "an R2") for value in (ar_r2, day_r2, rnn_r2, linear_r2, nonlinear_r2)]
    if isinstance(r2_table, dict):
        assert {plain(name) for name in r2_table} == {plain(name) for name in MODELS}, "look at the names"
        found = np.array([number(r2_table[name], name) for name in sorted(r2_table, key=_place)])
    assert found.shape == (5,) and np.allclose(found, values, atol=1e-3), (
        "these are other numbers than before"
    )


def _place(name):
    return [plain(model) for model in MODELS].index(plain(name))
