# %% [markdown]
# pandas computes the autocorrelation, scikit-learn standardises, NumPy cuts windows, and stems stand in the place of bars.

# %%
from sklearn.preprocessing import StandardScaler

# %% question="a2"
names = ["DJ_return", "log_volume", "log_volatility"]
for name in names:
    plt.figure(figsize=(9, 2))
    plt.plot(nyse.index, nyse[name])
    plt.title(name)
    plt.xlabel("day number")
    plt.ylabel("standard units")
    plt.show()

# %% question="a3"
autocorrelation = [nyse["log_volume"].autocorr(lag) for lag in range(31)]
plt.stem(autocorrelation)
plt.xlabel("k")
plt.ylabel("autocorrelation")
plt.show()

# %% question="b1"
scaler = StandardScaler().set_output(transform="pandas")
series = scaler.fit_transform(nyse[names])

# %% question="b3"
arframe = pd.concat(
    [series["log_volume"]] + [series.shift(lag).add_prefix(f"L{lag}_") for lag in range(1, 6)], axis=1
)

# %% question="d1"
windows = np.lib.stride_tricks.sliding_window_view(series.to_numpy(), 5, axis=0)
xrnn = np.ascontiguousarray(windows[:-1].transpose(0, 2, 1)).astype("float32")
xrnn_train, xrnn_test = xrnn[istrain], xrnn[~istrain]
y_train = arframe.loc[istrain, "log_volume"].to_numpy(dtype="float32")
y_test = arframe.loc[~istrain, "log_volume"].to_numpy(dtype="float32")
