# %% [markdown]
# One day of the week is left out of the coding, masks and targets stay pandas objects for long, and scikit-learn measures R2.

# %%
from sklearn.metrics import r2_score

# %% question="a1"
nyse = pd.read_csv("NYSE.csv", index_col="date")
training_days = int((nyse["train"]).value_counts()[True])

# %% question="a2"
names = ["DJ_return", "log_volume", "log_volatility"]
nyse[names].plot(subplots=True, figsize=(8, 6), ylabel="value")
plt.xlabel("day")
plt.show()

# %% question="b4"
istrain = nyse["train"][arframe.notna().all(axis=1)]
arframe = arframe.dropna()

# %% question="c1"
lagged = arframe.iloc[:, 1:]
volume = arframe["log_volume"].to_numpy()
ar = LinearRegression().fit(lagged[istrain], arframe["log_volume"][istrain])
ar_predictions = pd.Series(ar.predict(lagged[~istrain]))
istrain = istrain.to_numpy()


def r2(predictions):
    return r2_score(volume[~istrain], predictions)


ar_r2 = r2(ar_predictions)

# %% question="c2"
day_design = lagged.join(pd.get_dummies(nyse["day_of_week"], drop_first=True))
day_model = LinearRegression().fit(day_design[istrain], volume[istrain])
day_predictions = day_model.predict(day_design[~istrain])
day_r2 = r2(day_predictions)

# %% question="e3"
r2_table = {
    "linear": ar_r2,
    "linear with days": day_r2,
    "recurrent": rnn_r2,
    "linear network": linear_r2,
    "nonlinear": nonlinear_r2,
}
