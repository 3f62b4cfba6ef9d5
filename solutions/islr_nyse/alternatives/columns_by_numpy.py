# %% [markdown]
# The table of lags is cut out of an array with slices, with dots in the names, and least squares is solved by NumPy.

# %% question="b1"
values = nyse[["DJ_return", "log_volume", "log_volatility"]].to_numpy()
values = (values - values.mean(axis=0)) / values.std(axis=0)
series = pd.DataFrame(values, columns=["DJ_return", "log_volume", "log_volatility"])

# %% question="b3"
columns = {"log_volume": values[:, 1]}
for lag in [1, 2, 3, 4, 5]:
    earlier = np.full(values.shape, np.nan)
    earlier[lag:] = values[:-lag]
    for place, name in enumerate(series.columns):
        columns[f"L{lag}.{name}"] = earlier[:, place]
arframe = pd.DataFrame(columns)

# %% question="b4"
arframe = arframe.iloc[5:].reset_index(drop=True)
istrain = nyse["train"].to_numpy()[5:].astype(bool)

# %% question="c1"
rows = np.column_stack([np.ones(len(arframe)), arframe.iloc[:, 1:]])
lagged, volume = arframe.iloc[:, 1:], arframe["log_volume"].values
weights = np.linalg.lstsq(rows[istrain], volume[istrain], rcond=None)[0]
ar_predictions = rows[~istrain] @ weights


def r2(predictions):
    return 1 - np.mean((predictions - volume[~istrain]) ** 2) / np.var(volume[~istrain], ddof=1)


ar_r2 = float(r2(ar_predictions))

# %% question="c2"
day_design = lagged.copy()
for day in ["mon", "tues", "wed", "thur", "fri"]:
    day_design[day] = (nyse["day_of_week"].to_numpy()[5:] == day).astype("uint8")
with_days = LinearRegression(fit_intercept=False).fit(day_design[istrain], volume[istrain])
day_predictions = with_days.predict(day_design[~istrain])
day_r2 = r2(day_predictions)

# %% question="d1"
xrnn = np.array([values[row : row + 5] for row in range(len(arframe))])
xrnn_train, xrnn_test, y_train, y_test = xrnn[istrain], xrnn[~istrain], volume[istrain], volume[~istrain]
