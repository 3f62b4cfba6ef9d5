"""The checks of islr_hitters: a linear model, the lasso and a network on the salaries of baseball players.

What answers are compared with is computed here, from the published table or from what the notebook kept one step before, so
that a mistake costs its own question only. Any random split is right, any way of coding letters as 0 and 1, any tool.
"""

import numpy as np

from deepgrade.checks import (
    assert_compiled,
    assert_fitted,
    assert_history_drawn,
    assert_loss,
    axes_with,
    batches,
    dense_stack,
    dropout_rates,
    flat,
    is_close,
    is_lasso,
    lasso,
    lasso_errors,
    least_squares,
    lines_of,
    mean_absolute_error,
    number,
    numbers,
    places_in,
)
from deepgrade.lab import question, visible

LETTERS = ("League", "Division", "NewLeague")
EPOCHS, BATCH = 40, 32


def published(lab):
    """Return the published columns, and which rows are complete."""
    columns = lab.data.hitters.columns
    return columns, ~np.isnan(columns["Salary"])


def number_names(columns):
    return [name for name in columns if name not in (*LETTERS, "Salary")]


def design_places(lab, design):
    """Return for each row of a design matrix its place in the published table."""
    columns, _ = published(lab)
    names = number_names(columns)
    missing = [name for name in names if name not in list(design.columns)]
    assert not missing, f"there is no column {missing[0]}: columns of numbers keep their names"
    rows = np.column_stack([design[name] for name in names]).astype(float)
    places = places_in(rows, np.column_stack([columns[name] for name in names]))
    assert places is not None, "columns of numbers belong into the design matrix as they are"
    return places


def split_places(lab, design, parts):
    """Return for the rows of each part their places in the design matrix."""
    table, found = numbers(lab, design, "design"), []
    for part in parts:
        rows = numbers(lab, part, "a part of design")
        assert rows.ndim == 2 and rows.shape[1] == table.shape[1], "both parts have all columns of design"
        places = places_in(rows, table)
        assert places is not None, "some rows of x_train or x_test are not rows of design"
        found.append(places)
    return found


def salaries_of(lab, design, hitters):
    """Return the salaries of the design matrix's rows, also when the notebook took the column out of its table."""
    if "Salary" in list(hitters.columns) and len(hitters) == len(design):
        return np.asarray(hitters["Salary"], dtype=float)
    columns, complete = published(lab)
    return columns["Salary"][complete]


def error_name(history):
    """Return the name of the watched error in the history; the loss when nothing else was watched."""
    return next((name for name in history.history if "loss" not in name and "val_" not in name), "loss")


def path_of(lab, path_alphas, path_coefs, columns):
    """Return penalties from large to small and the coefficients, `(penalties, columns)`."""
    alphas, coefs = flat(lab, path_alphas, "path_alphas"), numbers(lab, path_coefs, "path_coefs")
    hint = "one coefficient for each column and each penalty"
    assert coefs.ndim == 2 and set(coefs.shape) == {columns, len(alphas)}, hint
    order = np.argsort(-alphas)
    return alphas[order], (coefs.T if coefs.shape[0] == columns else coefs)[order]


@question("a1", points=0.1)
@visible
def test_warmup_takes_ten_numbers(warmup):
    """The first network takes rows of ten numbers and gives one number."""
    assert warmup.input_shape[-1] == 10, "state the input: rows of ten numbers"
    assert warmup.output_shape[-1] == 1, "there is one output"


@question("a1", points=0.2)
def test_warmup_has_the_layers_asked_for(warmup, lab):
    """The first network has 50 ReLU units, dropout of 0.4, and one output that may be any number."""
    assert dense_stack(lab, warmup) == [(50, "relu"), (1, "linear")], "look at units and activations"
    rates = [round(rate, 4) for rate in dropout_rates(lab, warmup)]
    assert rates == [0.4], "dropout stands between the two dense layers"


@question("a1", points=0.1)
def test_warmup_parameters_are_counted(warmup_parameters):
    """The number of parameters was worked out."""
    right = number(warmup_parameters, "warmup_parameters") == 11 * 50 + 51
    assert right, "each unit has a weight for each of its inputs, and a bias"


@question("b1", points=0.1)
@visible
def test_no_value_is_missing(hitters):
    """No value is missing in `hitters`, and the salaries are there."""
    assert "Salary" in list(hitters.columns), "the salaries are what is to be predicted: keep them for now"
    assert int(hitters.isna().sum().sum()) == 0, "some rows still miss a value"


@question("b1", points=0.3)
def test_hitters_are_the_complete_rows(hitters, lab):
    """`hitters` has the complete rows of the table, and no others."""
    columns, complete = published(lab)
    assert list(hitters.columns) == list(columns), "all columns of the table stay"
    assert len(hitters) == int(complete.sum()), "drop the rows that miss a value, and only those"
    same = np.allclose(np.sort(hitters["Salary"]), np.sort(columns["Salary"][complete]))
    assert same, "the salaries are not those of the table: rows are dropped, not filled in"


@question("b1", points=0.2)
def test_dropped_rows_are_counted(dropped, lab):
    """`dropped` says how many rows missed a value."""
    _, complete = published(lab)
    assert number(dropped, "dropped") == np.sum(~complete), "how many rows went?"


@question("b2", points=0.1)
@visible
def test_design_has_a_row_for_each_player(design, hitters):
    """`design` has a row for each row of `hitters`, and no salary."""
    assert len(design) == len(hitters), "one row for each player"
    assert "Salary" not in list(design.columns), "what is to be predicted is no input"


@question("b2", points=0.3)
def test_design_keeps_columns_of_numbers(design, lab):
    """The columns of numbers stand in `design` under their names, with the values of the table."""
    places = design_places(lab, design)
    assert len(set(places.tolist())) == len(places), "some players stand there twice"


@question("b2", points=0.3)
def test_design_codes_letters_as_0_and_1(design, lab):
    """League, division and new league are coded as 0 and 1, in columns named after them."""
    columns, _ = published(lab)
    places = design_places(lab, design)
    for factor in LETTERS:
        names = [name for name in design.columns if str(name).startswith(factor)]
        assert names, f"no column's name begins with {factor}"
        level = columns[factor][places] == columns[factor][places[0]]
        for name in names:
            coded = np.asarray(design[name], dtype=float)
            assert set(coded.tolist()) == {0.0, 1.0}, f"{name} should hold 0 and 1, both of them"
            assert len(set(zip(coded.tolist(), level.tolist(), strict=True))) == 2, (
                f"{name} does not tell the two letters of {factor} apart"
            )


@question("b2", points=0.2)
def test_design_has_no_other_columns(design, lab):
    """`design` has no columns beyond those, such as the row numbers or ones."""
    names = number_names(lab.data.hitters.columns)
    others = [name for name in design.columns if str(name) not in names and not str(name).startswith(LETTERS)]
    assert not others, f"{others[0]} is neither a column of the table nor made from one"
    few = len(design.columns) <= len(names) + 2 * len(LETTERS)
    assert few, "two letters need one column, two at most"


@question("b3", points=0.1)
@visible
def test_parts_have_a_salary_for_each_row(x_train, x_test, y_train, y_test):
    """Both parts have one salary for each row."""
    assert len(x_train) == len(y_train) and len(x_test) == len(y_test), "split rows and salaries alike"


@question("b3", points=0.2)
def test_a_third_is_for_testing(x_train, x_test, design):
    """A third of the rows is for testing, the others for training."""
    assert len(x_train) + len(x_test) == len(design), "each row belongs into one of the two parts"
    assert abs(len(x_test) - len(design) / 3) < 1, "the test part is another share than a third"


@question("b3", points=0.3)
def test_rows_keep_their_salaries(x_train, x_test, y_train, y_test, design, hitters, lab):
    """No player is in both parts, and each has his own salary."""
    train, test = split_places(lab, design, (x_train, x_test))
    assert not set(train.tolist()) & set(test.tolist()), "some players are in both parts"
    salaries = salaries_of(lab, design, hitters)
    for places, kept in ((train, y_train), (test, y_test)):
        found = flat(lab, kept, "the salaries")
        same = len(found) == len(places) and np.allclose(found, salaries[places], rtol=1e-4, equal_nan=True)
        assert same, "some players have another player's salary: split rows and salaries alike"


@question("b3", points=0.2)
def test_split_is_random(x_test, design, lab):
    """The test rows are drawn at random from the whole table."""
    (places,) = split_places(lab, design, (x_test,))
    gaps = np.diff(np.sort(places))
    assert len(set(gaps.tolist())) > 1, "these rows stand in the table one after the other: draw them"


@question("c1", points=0.1)
@visible
def test_there_is_a_linear_prediction_for_each_test_row(linear_predictions, y_test):
    """There is one prediction of the linear model for each test row."""
    assert len(linear_predictions) == len(y_test), "predict the test rows"


@question("c1", points=0.4)
def test_linear_model_is_least_squares(linear_predictions, x_train, y_train, x_test, lab):
    """The predictions are those of least squares with intercept on the training rows."""
    rows, new_rows = numbers(lab, x_train, "x_train"), numbers(lab, x_test, "x_test")
    expected = least_squares(rows, flat(lab, y_train, "y_train"), new_rows)
    found = flat(lab, linear_predictions, "linear_predictions")
    assert found.shape == expected.shape, "one prediction for each test row"
    hint = "fit to the training rows, with intercept; then predict the test rows"
    assert np.allclose(found, expected, rtol=0, atol=0.02 * expected.std()), hint


@question("c1", points=0.3)
def test_linear_mae_is_the_mean_absolute_error(linear_mae, linear_predictions, y_test, lab):
    """`linear_mae` is the mean absolute error of these predictions."""
    expected = mean_absolute_error(
        flat(lab, y_test, "y_test"), flat(lab, linear_predictions, "linear_predictions")
    )
    hint = "absolute differences, averaged over the test rows"
    assert is_close(number(linear_mae, "linear_mae"), expected, within=1e-6, share=2e-3), hint


@question("d1", points=0.1)
@visible
def test_standardised_rows_have_the_same_shape(z_train, z_test, x_train, x_test):
    """Standardising changes no shape."""
    assert z_train.shape == x_train.shape and z_test.shape == x_test.shape, (
        "as many rows and columns as before"
    )


@question("d1", points=0.3)
def test_training_columns_are_standardised(z_train, lab):
    """Each training column has mean 0 and standard deviation 1."""
    rows = numbers(lab, z_train, "z_train")
    assert np.abs(rows.mean(axis=0)).max() < 2e-3, "some mean is not 0: of which rows did you take the means?"
    hint = "some standard deviation is not 1: of which rows, and of all columns?"
    assert np.abs(rows.std(axis=0) - 1).max() < 6e-3, hint


@question("d1", points=0.3)
def test_test_rows_are_scaled_like_training_rows(z_test, x_train, x_test, lab):
    """Test rows are scaled with the means and deviations of the training rows."""
    rows, new_rows = numbers(lab, x_train, "x_train"), numbers(lab, x_test, "x_test")
    expected, found = (new_rows - rows.mean(axis=0)) / rows.std(axis=0), numbers(lab, z_test, "z_test")
    assert found.shape == expected.shape, "z_test belongs to x_test"
    hint = "whose means and deviations are these? Test rows have no say in anything that is fitted"
    assert np.allclose(found, expected, rtol=6e-3, atol=6e-3), hint


@question("d2", points=0.3)
def test_path_runs_from_nothing_to_all(path_alphas, path_coefs, z_train, lab):
    """The path begins where all coefficients are 0 and ends where most are not."""
    _, coefs = path_of(lab, path_alphas, path_coefs, z_train.shape[1])
    counts = (np.abs(coefs) > 1e-9).sum(axis=1)
    assert len(counts) >= 10, "a path has many penalties"
    assert counts[0] <= 2, "the largest penalty is too small: some coefficients should come in later"
    assert counts[-1] >= 0.6 * coefs.shape[1], (
        "the smallest penalty is too large: most coefficients are still 0"
    )


@question("d2", points=0.2)
def test_path_is_the_lassos(path_alphas, path_coefs, z_train, y_train, lab):
    """The coefficients are those of the lasso on the training rows."""
    rows, salaries = numbers(lab, z_train, "z_train"), flat(lab, y_train, "y_train")
    alphas, coefs = path_of(lab, path_alphas, path_coefs, rows.shape[1])
    places = range(0, len(alphas) // 2, max(1, len(alphas) // 12))
    right = [  # of columns that are not centred, lasso_path, which has no intercept, finds other coefficients
        all(is_lasso(rows, salaries, alphas[place], coefs[place], intercept=own) for place in places)
        for own in (True, False)
    ]
    assert any(right), "another method, other rows, or coefficients in another order than the penalties"


@question("d2", points=0.3)
def test_path_is_drawn(path_alphas, z_train, lab):
    """The path is drawn: a line for each coefficient, against -log(alpha), with labelled axes."""
    plots = [axes for axes in axes_with(lab, "d2") if len(lines_of(axes, 10)) >= z_train.shape[1]]
    assert plots, "draw one line for each coefficient, all in one plot"
    wanted = np.sort(-np.log(np.maximum(flat(lab, path_alphas, "path_alphas"), 1e-300)))
    right = [axes for axes in plots if _runs_along(lines_of(axes, 10)[0].x, wanted)]
    assert right, "to the right goes -log(alpha): the penalty falls from left to right"
    assert any(axes.labelled for axes in right), "label both axes: what do they show?"


def _runs_along(found, wanted):
    """Return whether a line's points have these places, in natural or in decimal logarithms."""
    places = np.sort(np.asarray(found))
    return len(places) == len(wanted) and any(
        np.allclose(places * base, wanted, rtol=1e-3, atol=1e-3) for base in (1, np.log(10), np.log(2))
    )


@question("d3", points=0.2)
def test_penalty_is_chosen_by_cross_validation(best_alpha, z_train, y_train, lab):
    """The cross-validated error at `best_alpha` is next to the smallest."""
    rows, salaries = numbers(lab, z_train, "z_train"), flat(lab, y_train, "y_train")
    chosen = number(best_alpha, "best_alpha")
    assert chosen > 0, "the penalty is positive"
    largest = np.abs((rows - rows.mean(axis=0)).T @ (salaries - salaries.mean())).max() / len(rows)
    errors = np.array([lasso_errors(rows, salaries, alpha) for alpha in largest * np.logspace(-3, 0, 9)])
    hint = "look for the smallest cross-validated error, and keep the penalty, not its place or its logarithm"
    # Squared or absolute: the question leaves open which error.
    nearness = lasso_errors(rows, salaries, chosen) / errors.min(axis=0)
    assert nearness.min() <= 1.1, hint


@question("d3", points=0.2)
def test_lasso_predicts_at_this_penalty(lasso_predictions, best_alpha, z_train, y_train, z_test, lab):
    """The predictions are those of the lasso at `best_alpha`, fitted to all training rows."""
    rows, salaries = numbers(lab, z_train, "z_train"), flat(lab, y_train, "y_train")
    weights, start = lasso(rows, salaries, number(best_alpha, "best_alpha"))
    expected = start + numbers(lab, z_test, "z_test") @ weights
    found = flat(lab, lasso_predictions, "lasso_predictions")
    assert found.shape == expected.shape, "one prediction for each test row"
    hint = "another penalty, or other rows: fit to all training rows, then predict z_test"
    assert np.abs(found - expected).max() <= 0.05 * expected.std() + 1, hint


@question("d3", points=0.2)
def test_lasso_mae_is_the_mean_absolute_error(lasso_mae, lasso_predictions, y_test, lab):
    """`lasso_mae` is the mean absolute error of these predictions."""
    expected = mean_absolute_error(
        flat(lab, y_test, "y_test"), flat(lab, lasso_predictions, "lasso_predictions")
    )
    hint = "absolute differences, averaged over the test rows"
    assert is_close(number(lasso_mae, "lasso_mae"), expected, within=1e-6, share=2e-3), hint


@question("d3", points=0.2)
def test_cross_validated_error_is_drawn(lab):
    """The cross-validated error is drawn against -log(alpha), with labelled axes."""
    plots = [
        axes for axes in axes_with(lab, "d3") if lines_of(axes, 10) or max(axes.scatters, default=0) >= 10
    ]
    assert plots, "draw the error as a line over all penalties"
    assert any(axes.labelled for axes in plots), "label both axes: what do they show?"


@question("e1", points=0.1)
@visible
def test_network_takes_rows_of_the_design_matrix(network, z_train):
    """The network takes rows of `z_train` and gives one number."""
    assert network.input_shape[-1] == z_train.shape[1], "one input for each column of z_train"
    assert network.output_shape[-1] == 1, "one salary for each row"


@question("e1", points=0.3)
def test_network_has_the_layers_asked_for(network, lab):
    """The network has 50 ReLU units, dropout of 0.4, and one output that may be any number."""
    assert dense_stack(lab, network) == [(50, "relu"), (1, "linear")], "look at units and activations"
    rates = [round(rate, 4) for rate in dropout_rates(lab, network)]
    assert rates == [0.4], "dropout stands between the two dense layers"


@question("e1", points=0.2)
def test_network_has_the_right_number_of_parameters(network, z_train):
    """The network has as many parameters as its inputs, 50 units and one output give."""
    expected = (z_train.shape[1] + 1) * 50 + 51
    assert network.count_params() == expected, "count weights and biases layer by layer, from the columns on"


@question("e2", points=0.2)
def test_loss_suits_a_quantity(network, lab):
    """The loss measures how far a predicted quantity is off."""
    assert_loss(lab, network, "number")


@question("e2", points=0.2)
def test_rmsprop_and_mae_are_chosen(network, lab):
    """The optimizer is RMSprop, and the mean absolute error is watched."""
    assert_compiled(lab, network, optimizer="RMSprop", metric=None)
    names = {name.lower().replace("_", "") for name in lab.compile_facts(network).metrics}
    assert names & {"mae", "meanabsoluteerror"}, "compile can be told what to watch"


@question("e3", points=0.1)
@visible
def test_validation_error_is_recorded(history):
    """The history has a validation loss for each epoch."""
    assert "val_loss" in history.history, "fit has an argument for validation data"


@question("e3", points=0.2)
def test_network_was_trained_as_asked(history, z_train):
    """The network went through the training rows 40 times, in batches of 32."""
    assert_fitted(history, epochs=EPOCHS, rows=len(z_train), batch_size=BATCH)


@question("e3", points=0.1)
def test_steps_of_an_epoch_are_counted(steps_per_epoch, z_train, history):
    """`steps_per_epoch` is the number of batches, the last, smaller one included."""
    allowed = (batches(len(z_train), BATCH), history.params.get("steps"))
    assert number(steps_per_epoch, "steps_per_epoch") in allowed, "how many batches of 32 do the rows fill?"


@question("e3", points=0.3, hidden={"network": "learned"})
def test_network_predicts_salaries(network, lab):
    """The trained network predicts the salaries of the training rows better than one salary for all of them would."""
    assert lab.reaches(network), "it learned too little: how did the error develop?"


@question("e4", points=0.3)
def test_training_is_drawn(history, lab):
    """Training and validation error are drawn by epoch, with labelled axes and a legend."""
    measure = error_name(history)
    assert_history_drawn(lab, "e4", history, measure, f"val_{measure}")


@question("e5", points=0.1)
@visible
def test_there_is_a_network_prediction_for_each_test_row(network_predictions, y_test):
    """There is one prediction of the network for each test row."""
    assert len(network_predictions) == len(y_test), "predict the test rows"


@question("e5", points=0.2, hidden={"network": "players"})
def test_predictions_are_the_networks(network_predictions, network, lab):
    """The predictions are what the network gives for `z_test`."""
    expected, found = lab.predictions(network), flat(lab, network_predictions, "network_predictions")
    assert found.shape == expected.shape, "one prediction for each test row"
    assert np.allclose(found, expected, rtol=1e-3, atol=1), "the network takes standardised rows: z_test"


@question("e5", points=0.2)
def test_network_mae_is_the_mean_absolute_error(network_mae, network_predictions, y_test, lab):
    """`network_mae` is the mean absolute error of these predictions."""
    expected = mean_absolute_error(
        flat(lab, y_test, "y_test"), flat(lab, network_predictions, "network_predictions")
    )
    hint = "each player's salary against his own prediction: look at the shapes of both"
    assert is_close(number(network_mae, "network_mae"), expected, within=1e-6, share=2e-3), hint


@question("f1", points=0.1)
@visible
def test_comparison_has_a_row_for_each_split(comparison):
    """`comparison` has at least five rows and a column for each of the three models."""
    assert list(comparison.columns) == ["linear", "lasso", "network"], (
        "one column for each model, in this order"
    )
    assert len(comparison) >= 5, "one row for each split, at least five"


@question("f1", points=0.2)
def test_splits_differ(comparison):
    """Each row comes from a split of its own."""
    for name in ("linear", "lasso", "network"):
        different = len(set(np.round(comparison[name], 6).tolist())) == len(comparison)
        assert different, f"two rows of the column {name} are equal: draw a new split each time"


@question("f1", points=0.3)
def test_compared_errors_are_plausible(comparison, lab):
    """The errors are of the size that these models have on random thirds of the table."""
    linear, guesses = _errors_over_splits(lab)
    kept = {name: np.asarray(comparison[name], dtype=float) for name in ("linear", "lasso", "network")}
    room = 4.5 * linear.std() / np.sqrt(len(comparison))
    assert abs(kept["linear"].mean() - linear.mean()) <= room, "linear: the error on test rows, on average?"
    ratios = kept["lasso"] / kept["linear"]
    assert ratios.min() > 0.6 and ratios.max() < 1.5, "linear and lasso: the same split in each row?"
    hint = "network: an average error that big or small points to the scale, the shapes, or the rows"
    assert 0.75 * linear.mean() < kept["network"].mean() < 0.97 * guesses.mean(), hint


def _errors_over_splits(lab, splits=60):
    """Return the errors of least squares and of guessing the median, on random thirds of the published table."""
    columns, complete = published(lab)
    parts = [columns[name][complete] for name in number_names(columns)]
    parts += [columns[name][complete] == columns[name][complete][0] for name in LETTERS]
    rows, salaries = np.column_stack(parts).astype(float), columns["Salary"][complete]
    random, found = np.random.default_rng(0), []
    for _ in range(splits):
        order = random.permutation(len(rows))
        test, train = order[: len(rows) // 3], order[len(rows) // 3 :]
        predicted = least_squares(rows[train], salaries[train], rows[test])
        guessed = np.full(len(test), np.median(salaries[train]))
        found.append([mean_absolute_error(salaries[test], guess) for guess in (predicted, guessed)])
    return np.array(found).T


@question("f1", points=0.2)
def test_mean_and_spread_are_computed(comparison, mean_mae, sd_mae, lab):
    """`mean_mae` and `sd_mae` are the mean and the standard deviation of each column."""
    table = np.column_stack([comparison[name] for name in ("linear", "lasso", "network")]).astype(float)
    means, spreads = (flat(lab, values, "three numbers") for values in (mean_mae, sd_mae))
    assert means.shape == (3,) and np.allclose(means, table.mean(axis=0), rtol=1e-3), (
        "mean_mae: the mean of each column"
    )
    near = spreads.shape == (3,) and any(
        np.allclose(spreads, table.std(axis=0, ddof=less), rtol=1e-3) for less in (0, 1)
    )
    assert near, "sd_mae: the standard deviation of each column, over the splits"
