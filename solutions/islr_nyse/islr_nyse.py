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
# # NYSE: how many shares will be traded tomorrow?
#
# Three daily series of the New York Stock Exchange are known up to today. How well can tomorrow's trading volume be told from
# the last five days? You answer with two linear models, a recurrent network, and two networks without recurrence, and measure
# all of them with the same yardstick.
#
# | part | what | points |
# |---|---|---|
# | A | the series | 1.5 |
# | B | a table of lags | 2.3 |
# | C | linear autoregression | 1.5 |
# | D | a recurrent network | 2.6 |
# | E | networks without recurrence, and the comparison | 2.1 |
#
# **How it is graded.** Your notebook is run from top to bottom in a fresh Python process. Each question names the
# variables that are looked at when the question ends, so keep those names. Cells that stop with an error do not end the
# run: what you finished still counts. Questions marked *written* are read by a person.
#
# **Do not type the number of days into your code.** Use `len(...)` or `.shape`: your notebook may meet another table of the
# same columns.

# %%
import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from keras import layers
from sklearn.linear_model import LinearRegression

keras.utils.set_random_seed(353)

# %% [markdown]
# ## A: The series
#
# `NYSE.csv` lies in the notebook's folder. Each row is a trading day, in the order of time, with the columns `date` and `day_of_week` and
#
# - `log_volume`: the share of all shares that was traded that day, compared with the 100 days before, as a logarithm;
# - `DJ_return`: how much the Dow Jones index rose, as the difference of logarithms from one day to the next;
# - `log_volatility`: how restless prices have been of late, as a logarithm;
# - `train`: true for the days to learn from. All later days, from 1980 on, are for testing.

# %% [markdown] question="a1"
# ### Question a1: Read the table (0.4 points)
#
# Read the file into `nyse` with `pd.read_csv`. Look at types, first rows, and whether values are missing. Keep as
# `training_days` how many days are marked for training, computed from the column `train`.

# %% question="a1"
# BEGIN SOLUTION
nyse = pd.read_csv("NYSE.csv", parse_dates=["date"])
print(nyse.dtypes)
print("missing values:", nyse.isna().sum().sum())

training_days = nyse["train"].sum()
print(len(nyse), "days,", training_days, "of them for training")
nyse.head()
# END SOLUTION

# %% [markdown] question="a2"
# ### Question a2: Draw the three series (0.4 points)
#
# Draw each of the three series over time, as a line in a plot of its own, one below the other, with labels on the axes. In which
# of them does a day look much like the day before?

# %% question="a2"
# BEGIN SOLUTION
names = ["DJ_return", "log_volume", "log_volatility"]
figure, axes = plt.subplots(3, 1, figsize=(9, 7), sharex=True)
for axis, name in zip(axes, names, strict=True):
    axis.plot(nyse["date"], nyse[name], linewidth=0.5)
    axis.set_ylabel(name)
axes[-1].set_xlabel("date")
plt.show()
# END SOLUTION

# %% [markdown] question="a3"
# ### Question a3: The autocorrelation of the volume (0.7 points)
#
# How alike are two days that lie k days apart? The autocorrelation at lag k is the correlation of a series with itself, shifted
# by k days. Compute it for `log_volume` and for the lags from 0 to 30 and keep the 31 numbers, in this order, as
# `autocorrelation`. At lag 0 it is 1.
#
# You can take the usual estimate, with v the series minus its mean and the sums running over all days that have a partner:
# sum of v(t) v(t + k), divided by the sum of v(t) squared; or `nyse["log_volume"].autocorr(k)`, which differs only in the third
# decimal. Draw it: one bar (or stem) for each lag, with labelled axes.

# %% question="a3"
# BEGIN SOLUTION
centred = (nyse["log_volume"] - nyse["log_volume"].mean()).to_numpy()
lags = np.arange(31)
sums = np.array([np.sum(centred[lag:] * centred[: len(centred) - lag]) for lag in lags])
autocorrelation = sums / sums[0]

plt.bar(lags, autocorrelation, width=0.3)
plt.xlabel("lag (days)")
plt.ylabel("autocorrelation of log_volume")
plt.show()
# END SOLUTION

# %% [markdown]
# ## B: A table of lags
#
# Nearby days are alike, so the past says something about tomorrow. To use the tools for tables, put the past beside the present:
# one row for each day, with its own volume and, as inputs, all three series one to five days before.

# %% [markdown] question="b1"
# ### Question b1: Standardise (0.5 points)
#
# Make `series`, a data frame with the columns `DJ_return`, `log_volume` and `log_volatility`, in this order, one row for each day.
# Bring each column to mean 0 and standard deviation 1. As in the book that this lab follows, take mean and deviation over *all*
# days.

# %% question="b1"
# BEGIN SOLUTION
series = nyse[names]
series = (series - series.mean()) / series.std()
series.head()
# END SOLUTION

# %% [markdown] question="b2"
# ### Question b2: Over all days? (0.3 points)
#
# *Written.* Strictly speaking, mean and deviation should have been taken over the training days only. Why? And why does it make next
# to no difference to the R2 values of this lab? (Think of what a linear model with intercept does when a column is shifted
# or stretched.)

# %% [markdown] question="b2" role="answer"
# On a training day nobody knows the mean of the years to come: with all days in it, the test days have a say in the inputs, and what
# is measured on them is no longer the error on days that were never seen.
#
# Here the leak carries hardly anything. Two numbers for each column come from thousands of days, so those of all days and those
# of the training days are nearly the same. A linear model is not touched at all: shifting and stretching a column is undone by its
# coefficient and the intercept, so the predictions are the same. R2 is a ratio of squared volumes in which the unit cancels. Only the
# networks could notice, and for them the inputs differ by a few per cent of a standard deviation.

# %% [markdown] question="b3"
# ### Question b3: The lagged columns (0.9 points)
#
# Build the data frame `arframe` with one row for each day and 16 columns: first `log_volume`, what you want to predict; then the
# three series of the day before, `L1_DJ_return`, `L1_log_volume`, `L1_log_volatility`; then those of two days before, `L2_DJ_return`
# and so on, up to `L5_log_volatility`. All of them are standardised values from `series`.
#
# A column's `.shift(2)` moves it two rows down, so that each row holds the value of two days before. What happens to the first
# rows, and how many values are missing in all?

# %% question="b3"
# BEGIN SOLUTION
arframe = series[["log_volume"]].copy()
for lag in range(1, 6):
    for name in names:
        arframe[f"L{lag}_{name}"] = series[name].shift(lag)

print(arframe.shape, arframe.isna().sum().sum(), "values are missing")
arframe.head(6)
# END SOLUTION

# %% [markdown] question="b4"
# ### Question b4: Drop what is incomplete (0.6 points)
#
# The first days have no complete past. Drop these rows from `arframe` (and only these), and keep as `istrain` which of the rows
# that are left are for training: an array of true and false, one for each row of `arframe`.

# %% question="b4"
# BEGIN SOLUTION
complete = arframe.notna().all(axis=1)
arframe = arframe[complete]
istrain = nyse["train"][complete].to_numpy()
print(arframe.shape, istrain.sum(), "rows for training")
# END SOLUTION

# %% [markdown]
# ## C: Linear autoregression
#
# All models are measured by R2 on the test days: 1 minus the mean squared error of the predictions, divided by the variance of
# the test days' `log_volume`. 1 is perfect; 0 is no better than always predicting the test days' mean.

# %% [markdown] question="c1"
# ### Question c1: Five days, three series (0.7 points)
#
# Fit a linear model with intercept by least squares: `log_volume` from the 15 lagged columns, on the training rows. Predict the test
# rows, `ar_predictions`, and keep their R2 as `ar_r2`.

# %% question="c1"
# BEGIN SOLUTION
lagged = arframe.drop(columns="log_volume")
volume = arframe["log_volume"].to_numpy()


def r2(predictions):
    """Return the share of the test days' variance that predictions explain."""
    return 1 - np.mean((predictions - volume[~istrain]) ** 2) / np.var(volume[~istrain])


ar = LinearRegression().fit(lagged[istrain], volume[istrain])
ar_predictions = ar.predict(lagged[~istrain])
ar_r2 = r2(ar_predictions)
print(f"linear autoregression: R2 {ar_r2:.4f}")
# END SOLUTION

# %% [markdown] question="c2"
# ### Question c2: The day of the week (0.8 points)
#
# Fewer shares change hands on some days of the week than on others. Make `day_design`, a data frame with the same rows as
# `arframe`: one column of 0 and 1 for each day of the week, named after it as in the table (`mon`, `tues`, ..., a prefix does no
# harm), and the 15 lagged columns, under their names. `pd.get_dummies` makes the columns; mind that they need the same rows
# as `arframe`.
#
# Fit least squares again, now with these columns. Keep the test rows' predictions as `day_predictions` and their R2 as `day_r2`.

# %% question="c2"
# BEGIN SOLUTION
days = pd.get_dummies(nyse["day_of_week"], prefix="day", dtype=float)[complete]
day_design = pd.concat([days, lagged], axis=1)
print(day_design.columns.tolist())

with_days = LinearRegression().fit(day_design[istrain], volume[istrain])
day_predictions = with_days.predict(day_design[~istrain])
day_r2 = r2(day_predictions)
print(f"with the day of the week: R2 {day_r2:.4f}")
# END SOLUTION

# %% [markdown]
# ## D: A recurrent network
#
# To a linear model the 15 columns are 15 numbers in any order. A recurrent network reads them as what they are: a sequence of five
# days, with three numbers each.

# %% [markdown] question="d1"
# ### Question d1: From a table to sequences (0.8 points)
#
# Make `xrnn`, an array of shape (rows, 5, 3): for each row of `arframe` the five days before it, **the oldest day first**, with
# the three series in the order of `series`. So `xrnn[:, 0, :]` holds lag 5, and `xrnn[:, 4, :]` lag 1.
#
# `reshape` turns the 15 lagged columns into (5, 3) and keeps their order, which begins with lag 1; so the days have to be turned
# round afterwards. Check one row by hand!
#
# Then split: `xrnn_train` and `xrnn_test`, and `y_train` and `y_test`, the volumes of the same rows, as NumPy arrays.

# %% question="d1"
# BEGIN SOLUTION
xrnn = lagged.to_numpy().reshape(-1, 5, 3)[:, ::-1, :]
xrnn_train, xrnn_test = xrnn[istrain], xrnn[~istrain]
y_train, y_test = volume[istrain], volume[~istrain]

print(xrnn.shape, xrnn_train.shape, xrnn_test.shape)
print(np.allclose(xrnn[0], series[:5]), "that the first sequence is the first five days")
# END SOLUTION

# %% [markdown] question="d2"
# ### Question d2: Build the network (0.5 points)
#
# `rnn` takes sequences of 5 days with 3 numbers. It has one layer `SimpleRNN` with 12 units, in which a share of 0.1 of the inputs
# and 0.1 of the values that go from day to day are dropped (arguments `dropout` and `recurrent_dropout`), and one output
# without an activation.
#
# How many parameters has it? Each of the 12 units has a weight for each of the 3 numbers of a day, one for each of the 12
# values that the layer gave for the day before, and a bias. The same weights are used for all five days.

# %% question="d2"
# BEGIN SOLUTION
rnn = keras.Sequential(
    [
        keras.Input(shape=(5, 3)),
        layers.SimpleRNN(12, dropout=0.1, recurrent_dropout=0.1),
        layers.Dense(1),
    ]
)
rnn.summary()
# END SOLUTION

# %% [markdown] question="d3"
# ### Question d3: Compile and fit (0.6 points)
#
# Compile `rnn` with the mean squared error as loss and RMSprop with a learning rate of 0.005. Fit it to the training sequences for 15
# epochs in batches of 64, with the test sequences as validation data, and keep what `fit` returns as `history`.
#
# Here the test days are used to watch, and for nothing else. The number of epochs is fixed beforehand. Whoever stops
# where the validation curve is lowest has chosen by the test days, and they can no longer judge.

# %% question="d3"
# BEGIN SOLUTION
rnn.compile(loss="mse", optimizer=keras.optimizers.RMSprop(learning_rate=0.005))
history = rnn.fit(
    xrnn_train, y_train, epochs=15, batch_size=64, validation_data=(xrnn_test, y_test), verbose=0
)
print([round(value, 3) for value in history.history["val_loss"]])
# END SOLUTION

# %% [markdown] question="d4"
# ### Question d4: Draw the training (0.3 points)
#
# Draw training and validation loss by epoch, in one plot, with labelled axes and a legend. Has the validation loss come to rest, does
# it still fall, or does it rise again? And what would each of the three mean?

# %% question="d4"
# BEGIN SOLUTION
epochs = np.arange(1, len(history.history["loss"]) + 1)
plt.plot(epochs, history.history["loss"], label="training days")
plt.plot(epochs, history.history["val_loss"], label="test days")
plt.xlabel("epoch")
plt.ylabel("mean squared error")
plt.legend()
plt.show()
# END SOLUTION

# %% [markdown] question="d5"
# ### Question d5: Its R2 (0.4 points)
#
# Predict the test sequences, `rnn_predictions`, and keep their R2 as `rnn_r2`. Mind the shapes: `predict` gives one column, and a
# column minus a plain list of numbers is a square of all pairs.

# %% question="d5"
# BEGIN SOLUTION
rnn_predictions = rnn.predict(xrnn_test, verbose=0).reshape(-1)
rnn_r2 = r2(rnn_predictions)
print(f"recurrent network: R2 {rnn_r2:.4f}")
# END SOLUTION

# %% [markdown]
# ## E: Networks without recurrence
#
# A linear model is a network too, the smallest there is. And between it and the recurrent one there is room for another.

# %% [markdown] question="e1"
# ### Question e1: Linear autoregression as a network (0.6 points)
#
# Build `linear_network`: it takes the same sequences of (5, 3), flattens them into 15 numbers, and has one dense output without an
# activation, and nothing else. How many parameters does it have, and which model of this lab has as many?
#
# Compile it like `rnn`, fit it to the same sequences for 15 epochs in batches of 64, and keep its R2 on the test days as
# `linear_r2`. Least squares finds the best coefficients at once; gradient descent comes close to them step by step.

# %% question="e1"
# BEGIN SOLUTION
linear_network = keras.Sequential([keras.Input(shape=(5, 3)), layers.Flatten(), layers.Dense(1)])
linear_network.summary()
linear_network.compile(loss="mse", optimizer=keras.optimizers.RMSprop(learning_rate=0.005))
linear_network.fit(xrnn_train, y_train, epochs=15, batch_size=64, verbose=0)

linear_r2 = r2(linear_network.predict(xrnn_test, verbose=0).reshape(-1))
print(f"linear autoregression as a network: R2 {linear_r2:.4f}")
# END SOLUTION

# %% [markdown] question="e2"
# ### Question e2: A nonlinear autoregression (0.7 points)
#
# Now let the lags and the day of the week act together. Split `day_design` into NumPy arrays of floats, `day_train` and `day_test`. Build
# `nonlinear`: it takes their rows, has a hidden layer of 32 units with ReLU, dropout with a rate of 0.5, and one output without an
# activation.
#
# Compile and fit it as before (mean squared error, RMSprop with a learning rate of 0.005, 15 epochs, batches of 64) and keep its R2
# on the test days as `nonlinear_r2`.

# %% question="e2"
# BEGIN SOLUTION
day_train = day_design[istrain].to_numpy(dtype=float)
day_test = day_design[~istrain].to_numpy(dtype=float)

nonlinear = keras.Sequential(
    [
        keras.Input(shape=(day_train.shape[1],)),
        layers.Dense(32, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(1),
    ]
)
nonlinear.summary()
nonlinear.compile(loss="mse", optimizer=keras.optimizers.RMSprop(learning_rate=0.005))
nonlinear.fit(day_train, y_train, epochs=15, batch_size=64, verbose=0)

nonlinear_r2 = r2(nonlinear.predict(day_test, verbose=0).reshape(-1))
print(f"nonlinear autoregression with days: R2 {nonlinear_r2:.4f}")
# END SOLUTION

# %% [markdown] question="e3"
# ### Question e3: Five models side by side (0.4 points)
#
# Collect the five R2 values in `r2_table`, a dictionary or a series with these names, in this order: `linear` (c1), `linear with days` (c2),
# `recurrent` (d5), `linear network` (e1), `nonlinear` (e2). Print it and look at it before you go on.

# %% question="e3"
# BEGIN SOLUTION
r2_table = pd.Series(
    {
        "linear": ar_r2,
        "linear with days": day_r2,
        "recurrent": rnn_r2,
        "linear network": linear_r2,
        "nonlinear": nonlinear_r2,
    }
)
print(r2_table.round(4))
# END SOLUTION

# %% [markdown] question="e4"
# ### Question e4: What the table says (0.4 points)
#
# *Written.* Which step brought the most, and which brought next to nothing? What does that say about how tomorrow's volume depends on
# the last five days? And why must the test days not decide when training stops?

# %% [markdown] question="e4" role="answer"
# The day of the week brought most: about five percentage points, from 0.41 to 0.46. The recurrent network brought nothing over the
# linear model, and the linear network shows why: it is the same model as least squares, found by another method, and has the same
# R2. The hidden layer of the nonlinear model adds less than one point to the linear model with days.
#
# So the dependence on the last five days is nearly linear, and with so few days there is not much in their order that fifteen
# coefficients could not say. More than half of the variance is news of the day, which no model of the past can know. Information that
# was missing, the day of the week, helps more than a more flexible model.
#
# If training stops where the error on the test days is lowest, the epoch was chosen because it suits them, and the reported error is too
# small. The place to choose is the end of the training years, set apart as a validation set; the test days are looked at once.
