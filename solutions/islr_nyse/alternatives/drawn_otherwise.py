# %% [markdown]
# The autocorrelation is a line with points, the series share one row of plots, the history is drawn by pandas, and every fit keeps its predictions as columns.

# %% question="a2"
names = ["DJ_return", "log_volume", "log_volatility"]
figure, axes = plt.subplots(1, 3, figsize=(14, 3))
for place in range(3):
    axes[place].plot(nyse["date"], nyse[names[place]], "k-", label=names[place])
    axes[place].legend()
figure.supxlabel("date")
figure.supylabel("value")
plt.show()

# %% question="a3"
volumes = nyse["log_volume"].to_numpy()
autocorrelation = np.array([1.0] + [np.corrcoef(volumes[lag:], volumes[:-lag])[0, 1] for lag in range(1, 31)])
figure, axes = plt.subplots()
axes.plot(range(31), autocorrelation, marker="o")
axes.axhline(0, color="black")
axes.set_xlabel("lag")
axes.set_ylabel("correlation with itself")
plt.show()

# %% question="d4"
pd.DataFrame(history.history).plot(xlabel="epoch", ylabel="loss", title="training and test days")
plt.show()

# %% question="d5"
rnn_predictions = rnn.predict(xrnn_test, batch_size=512, verbose=0)
rnn_r2 = r2(rnn_predictions[:, 0])

# %% question="e3"
r2_table = {
    "nonlinear": nonlinear_r2,
    "linear network": linear_r2,
    "recurrent": rnn_r2,
    "linear with days": day_r2,
    "linear": ar_r2,
}
