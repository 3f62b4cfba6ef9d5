# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Hitters: does a network beat a straight line?
#
# What does a baseball player earn, given what he did on the field? You predict the salaries of one season in three ways, a
# linear model, the lasso and a network with one hidden layer, and find out whether the differences between them mean
# anything.
#
# | part | what | points |
# |---|---|---|
# | A | a network to try things out | 0.4 |
# | B | the table: read, code, split | 2.3 |
# | C | least squares | 0.8 |
# | D | the lasso | 2.3 |
# | E | a network | 2.5 |
# | F | the three compared | 1.7 |
#
# **How it is graded.** Your notebook is run from top to bottom in a fresh Python process. Each question names the
# variables that are looked at when the question ends, so keep those names. Cells that stop with an error do not end the
# run: what you finished still counts. Questions marked *written* are read by a person.
#
# **Do not type the sizes of the table into your code.** Use `len(...)` or `.shape`: your notebook may meet another table of the
# same columns.
#
# All three models are judged by the **mean absolute error** (MAE) on test rows: the average of |salary - prediction|. Salaries
# are in thousands of dollars, and so is the MAE.

# %%
import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from keras import layers
from sklearn.linear_model import LassoCV, LinearRegression, lasso_path
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(353)

# %% [markdown]
# ## A: A network to try things out

# %% [markdown] question="a1"
# ### Question a1: Ten numbers in, one number out (0.4 points)
#
# Before there is any data, build a network of the kind that you will need later and see whether it works. `warmup` takes rows of
# 10 numbers. It has a hidden layer of 50 units with ReLU, then dropout with a rate of 0.4, then an output layer of one unit
# without an activation, because a salary may be any number.
#
# Have Keras print a summary. Then work out by hand how many parameters the network has, weights and biases of each layer, and
# keep your sum as `warmup_parameters`. Does it agree? Feed the network some random rows and look at the shape of what comes
# out.

# %% question="a1"
# BEGIN SOLUTION
warmup = keras.Sequential(
    [
        keras.Input(shape=(10,)),
        layers.Dense(50, activation="relu"),
        layers.Dropout(0.4),
        layers.Dense(1),
    ]
)
warmup.summary()

warmup_parameters = (10 + 1) * 50 + (50 + 1) * 1
print(warmup_parameters, warmup.count_params())
print(warmup.predict(np.random.normal(size=(100, 10)), verbose=0).shape)
# END SOLUTION

# %% [markdown]
# ## B: The table
#
# `Hitters.csv` lies in the notebook's folder. Each row is a player of the American major leagues: what he did in the 1986
# season (`AtBat` to `Walks`), in his whole career (`Years` to `CWalks`), in the field (`PutOuts`, `Assists`, `Errors`), in which
# `League` and `Division` he played, in which league he began the next year (`NewLeague`), and his `Salary` then.

# %% [markdown] question="b1"
# ### Question b1: Read the table, drop incomplete rows (0.6 points)
#
# Read the file with `pd.read_csv` and look at it: types, first rows, how many values are missing, and where. A row without a
# salary cannot teach anything about salaries. Drop the rows that miss a value and keep the rest as `hitters`; keep as `dropped`
# how many you lost.

# %% question="b1"
# BEGIN SOLUTION
table = pd.read_csv("Hitters.csv")
print(table.dtypes)
print(table.isna().sum())

hitters = table.dropna()
dropped = len(table) - len(hitters)
print(len(table), "players,", dropped, "of them incomplete")
hitters.head()
# END SOLUTION

# %% [markdown] question="b2"
# ### Question b2: The design matrix (0.9 points)
#
# Models compute with numbers, and three columns hold letters. Make `design`, a data frame with one row for each row of `hitters`:
#
# - all columns of numbers as they are, under their names, but without `Salary`: that is what you want to predict;
# - for each column of letters, 0 and 1 in its place: `pd.get_dummies` does it, and names the new columns after the old one
#   and the letter that 1 stands for, like `League_N`.
#
# Two letters need one column, since the other would say the same once more; `drop_first=True` leaves it out. A redundant column
# does no harm here, though: R's formula, for one, keeps both for the first of such columns. A column of ones is not needed, for
# each model brings its own intercept.

# %% question="b2"
# BEGIN SOLUTION
design = pd.get_dummies(hitters.drop(columns="Salary"), drop_first=True)
print(design.shape)
design.head()
# END SOLUTION

# %% [markdown] question="b3"
# ### Question b3: A third for testing (0.8 points)
#
# Set a random third of the rows apart for testing: `x_train`, `x_test` from `design`, and `y_train`, `y_test`, the salaries of
# the same players in the same order. `train_test_split` with `test_size=1/3` does it, or a random permutation of the row
# numbers.
#
# From here on the test rows have one purpose: to say how well a finished model does. Nothing may be chosen or computed from
# them on the way.

# %% question="b3"
# BEGIN SOLUTION
x_train, x_test, y_train, y_test = train_test_split(design, hitters["Salary"], test_size=1 / 3)
print(x_train.shape, x_test.shape)
# END SOLUTION

# %% [markdown]
# ## C: Least squares

# %% [markdown] question="c1"
# ### Question c1: The linear model and its error (0.8 points)
#
# Fit a linear model with intercept by least squares to the training rows (`LinearRegression`). Predict the test rows as
# `linear_predictions`, and keep the mean absolute error of these predictions as `linear_mae`.
#
# The number needs something to stand beside: what would the error be if you guessed the same salary for everybody?

# %% question="c1"
# BEGIN SOLUTION
linear = LinearRegression().fit(x_train, y_train)
linear_predictions = linear.predict(x_test)
linear_mae = np.mean(np.abs(y_test - linear_predictions))

print(f"linear model: {linear_mae:.1f}")
print(f"the training rows' median for everybody: {np.mean(np.abs(y_test - np.median(y_train))):.1f}")
# END SOLUTION

# %% [markdown]
# ## D: The lasso
#
# The lasso is least squares with a penalty: lambda times the sum of the coefficients' absolute values. (scikit-learn calls this
# weight `alpha`.) The larger it is, the smaller the coefficients, and many become exactly 0, so the lasso also chooses columns.

# %% [markdown] question="d1"
# ### Question d1: Standardise (0.7 points)
#
# The penalty adds up coefficients, so columns have to be on one scale; a network learns better then, too. Bring every column,
# those of 0 and 1 included, to mean 0 and standard deviation 1: subtract the mean of the *training* rows and divide by their
# standard deviation. Then do to the test rows exactly what you did to the training rows, with the same numbers. Keep both
# as NumPy arrays of floats, `z_train` and `z_test`.
#
# Why not take mean and deviation of all rows, or of the test rows for the test rows? Because a player who comes in tomorrow has
# no mean, and because the test rows must not have a say in anything that is fitted.

# %% question="d1"
# BEGIN SOLUTION
means = x_train.to_numpy(dtype=float).mean(axis=0)
deviations = x_train.to_numpy(dtype=float).std(axis=0)

z_train = (x_train.to_numpy(dtype=float) - means) / deviations
z_test = (x_test.to_numpy(dtype=float) - means) / deviations
print(z_train.mean(axis=0).round(3), z_test.mean(axis=0).round(3))
# END SOLUTION

# %% [markdown] question="d2"
# ### Question d2: The path of the coefficients (0.8 points)
#
# Fit the lasso to the standardised training rows for a whole series of penalties, from one so large that every coefficient is 0
# down to about a thousandth of it. `lasso_path(z_train, y_train)` chooses such a series by itself and gives the penalties and the
# coefficients. Keep them as `path_alphas` and `path_coefs`, one row for each column of the design matrix (or one column: both
# ways round are fine).
#
# Draw the path: -log(alpha) to the right, so that the penalty falls from left to right, and one line for each coefficient.
# Label the axes. Which columns come in first?

# %% question="d2"
# BEGIN SOLUTION
path_alphas, path_coefs, _ = lasso_path(z_train, y_train)

for name, line in zip(design.columns, path_coefs, strict=True):
    plt.plot(-np.log(path_alphas), line, label=name)
plt.xlabel("-log(alpha)")
plt.ylabel("coefficient of the standardised column")
plt.legend(fontsize="xx-small", ncol=2)
plt.show()
# END SOLUTION

# %% [markdown] question="d3"
# ### Question d3: Choose the penalty by cross-validation (0.8 points)
#
# Which penalty is best? Ask the training rows: leave out a tenth of them, fit the path to the rest, note the error on the
# tenth, do so for each tenth in turn, and average. `LassoCV(cv=10)` does all of that. Keep the penalty with the smallest
# cross-validated error as `best_alpha`.
#
# Draw the cross-validated error against -log(alpha), with labelled axes, and mark the penalty that was chosen. Then predict the
# test rows with the lasso at this penalty, fitted to all training rows: `lasso_predictions`, and their mean absolute error
# `lasso_mae`. How many coefficients are not 0?

# %% question="d3"
# BEGIN SOLUTION
lasso = LassoCV(cv=10, max_iter=20_000).fit(z_train, y_train)
best_alpha = lasso.alpha_

plt.plot(-np.log(lasso.alphas_), lasso.mse_path_.mean(axis=1))
plt.axvline(-np.log(best_alpha), color="grey", linestyle=":")
plt.xlabel("-log(alpha)")
plt.ylabel("cross-validated mean squared error")
plt.show()

lasso_predictions = lasso.predict(z_test)
lasso_mae = np.mean(np.abs(y_test - lasso_predictions))
print(f"lasso: {lasso_mae:.1f} with {np.sum(lasso.coef_ != 0)} of {len(lasso.coef_)} coefficients")
# END SOLUTION

# %% [markdown]
# ## E: A network

# %% [markdown] question="e1"
# ### Question e1: Build it (0.6 points)
#
# Build `network` like the one of a1, for rows of `z_train`: a hidden layer of 50 units with ReLU, dropout with a rate of 0.4,
# and one output without an activation. Take the number of inputs from the data. How many parameters does it have, and
# from which of your decisions does that number follow?

# %% question="e1"
# BEGIN SOLUTION
network = keras.Sequential(
    [
        keras.Input(shape=(z_train.shape[1],)),
        layers.Dense(50, activation="relu"),
        layers.Dropout(0.4),
        layers.Dense(1),
    ]
)
network.summary()
# END SOLUTION

# %% [markdown] question="e2"
# ### Question e2: Compile it (0.4 points)
#
# The salary is a quantity, not a class, so the **loss** is the mean squared error, as in least squares. As **optimizer** take
# RMSprop with a learning rate of 0.03. As **metric** watch the mean absolute error: it is what you will compare.
#
# (With the default rate of 0.001 the same network needs about 600 epochs: the output has to climb from 0 to some 500, and each
# step is small. Thirty times the rate gets there in a fifteenth of the time, and as far.)

# %% question="e2"
# BEGIN SOLUTION
network.compile(
    loss="mse", optimizer=keras.optimizers.RMSprop(learning_rate=0.03), metrics=["mean_absolute_error"]
)
# END SOLUTION

# %% [markdown] question="e3"
# ### Question e3: Fit it (0.7 points)
#
# Train `network` on the standardised training rows for 40 epochs in batches of 32, with validation data, and keep what `fit`
# returns as `history`. 40 lines of progress are many: `verbose=0` hides them.
#
# Before you run it: how many steps does an epoch have? Compute it from the number of training rows, and keep it as
# `steps_per_epoch`. The last batch may be smaller than the others, but it is a step too.
#
# As validation data you may hand over the test rows, because this time nothing follows from what you see: the number of epochs
# is fixed beforehand. Keras does not train on validation data, but *you* would, if you looked for the epoch with the smallest
# validation error and stopped there. (`validation_split=0.2` is the honest way when you do want to choose.)

# %% question="e3"
# BEGIN SOLUTION
steps_per_epoch = int(np.ceil(len(z_train) / 32))
history = network.fit(z_train, y_train, epochs=40, batch_size=32, validation_data=(z_test, y_test), verbose=0)
print(steps_per_epoch, "steps an epoch")
print("the first five epochs:", [round(value, 1) for value in history.history["mean_absolute_error"][:5]])
# END SOLUTION

# %% [markdown] question="e4"
# ### Question e4: Draw the training (0.3 points)
#
# Draw the mean absolute error by epoch, all epochs, one line for training and one for validation, with labelled axes and a
# legend. Why may the validation error lie *below* the training error for long? (Dropout works during training only.)

# %% question="e4"
# BEGIN SOLUTION
epochs = np.arange(1, len(history.history["loss"]) + 1)
plt.plot(epochs, history.history["mean_absolute_error"], label="training")
plt.plot(epochs, history.history["val_mean_absolute_error"], label="validation")
plt.xlabel("epoch")
plt.ylabel("mean absolute error (thousand dollars)")
plt.legend()
plt.show()
# END SOLUTION

# %% [markdown] question="e5"
# ### Question e5: Its error on the test rows (0.5 points)
#
# Let `network` predict the test rows: `network_predictions`. Keep their mean absolute error as `network_mae`.
#
# Look at the shapes first. `predict` gives a table with one column, `(rows, 1)`, and the salaries are a plain list of numbers,
# `(rows,)`. NumPy subtracts these from each other without complaint: it makes a square of all pairs of players, and its average
# is not what you want.

# %% question="e5"
# BEGIN SOLUTION
network_predictions = network.predict(z_test, verbose=0).reshape(-1)
network_mae = np.mean(np.abs(y_test - network_predictions))
print(f"linear {linear_mae:.1f}, lasso {lasso_mae:.1f}, network {network_mae:.1f}")
# END SOLUTION

# %% [markdown]
# ## F: The three compared
#
# You have three numbers. They come from one split; with other players in the test third they would be others. Is the best of the
# three better, or was it lucky?

# %% [markdown] question="f1"
# ### Question f1: Several splits (0.8 points)
#
# Repeat the whole comparison for at least five new random splits. For each split: draw a new third for testing, standardise by
# the new training rows, fit the linear model, the lasso with its cross-validation, and a **fresh** network of the same kind,
# and note the three mean absolute errors on the test rows.
#
# Collect them in `comparison`, a data frame with one row for each split and the columns `linear`, `lasso` and `network`. Then
# compute what is asked for: the mean of each column, `mean_mae`, and its standard deviation over the splits, `sd_mae`; three
# numbers each, in the order of the columns. A function that does one split saves you from copying.


# %% question="f1"
# BEGIN SOLUTION
def one_split():
    """Return the test errors of the three models on a new random split."""
    rows, test_rows, salaries, test_salaries = train_test_split(
        design.to_numpy(dtype=float), hitters["Salary"].to_numpy(), test_size=1 / 3
    )
    mean, deviation = rows.mean(axis=0), rows.std(axis=0)
    rows, test_rows = (rows - mean) / deviation, (test_rows - mean) / deviation

    fresh = keras.Sequential(
        [
            keras.Input(shape=(rows.shape[1],)),
            layers.Dense(50, activation="relu"),
            layers.Dropout(0.4),
            layers.Dense(1),
        ]
    )
    fresh.compile(loss="mse", optimizer=keras.optimizers.RMSprop(learning_rate=0.03))
    fresh.fit(rows, salaries, epochs=40, batch_size=32, verbose=0)

    found = {
        "linear": LinearRegression().fit(rows, salaries).predict(test_rows),
        "lasso": LassoCV(cv=10, max_iter=20_000).fit(rows, salaries).predict(test_rows),
        "network": fresh.predict(test_rows, verbose=0).reshape(-1),
    }
    return {name: np.mean(np.abs(test_salaries - values)) for name, values in found.items()}


comparison = pd.DataFrame([one_split() for _ in range(5)])
mean_mae = comparison.mean()
sd_mae = comparison.std()

print(comparison.round(1))
print(pd.DataFrame({"mean": mean_mae, "sd": sd_mae}).round(1))
# END SOLUTION

# %% [markdown] question="f2"
# ### Question f2: Which one would you use? (0.6 points)
#
# *Written.* Compare the three models with numbers from your table: how large are the differences between the models, and how
# large is the spread from split to split? Which model would you use to predict salaries, and why? When would you expect a
# network to win?

# %% [markdown] question="f2" role="answer"
# The three means lie within some 10 to 20 thousand dollars of each other, and the same model's error moves by about as much from
# split to split, only because other players are tested. Within one split the errors go up and down together, so the fair
# comparison is row by row, and there no model wins every time. On these numbers I cannot say that one predicts better.
#
# I would use the lasso, or the linear model. Where the error is the same, the simpler model is the better one: it is fitted in a
# moment, has no learning rate, epochs, or seed to choose, and its coefficients say what a salary depends on; the lasso needs only
# part of the columns for it. The network has over a thousand parameters for fewer than two hundred training rows.
#
# A network pays when there are many examples, when the signal is strong compared with the noise, and when the relation is bent or
# the columns act together, as pixels or words do. Salaries are few and noisy, and a weighted sum of the columns goes a long way.

# %% [markdown] question="f3"
# ### Question f3: What the test rows are for (0.3 points)
#
# *Written.* A classmate looks at the plot of e4, takes the epoch with the smallest error on the test rows, trains a new network
# for so many epochs, and reports its error on the test rows. What is wrong with the number, in which direction, and what
# should be done instead?

# %% [markdown] question="f3" role="answer"
# The number of epochs was chosen because it suits these test rows, so part of the small error is chance that was picked out: the
# reported error is too low, and new players will be predicted worse than it says. Test rows that had a say in a choice cannot
# judge the result any more. Instead part of the training rows is set apart as a validation set (or cross-validation is used, as
# for the lasso), the epoch is chosen there, and the test rows are looked at once, at the end.
