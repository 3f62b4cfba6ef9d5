# %% [markdown]
# Both letters of the first column of letters are kept, as R's formula does it, rows are drawn by a permutation, and least squares is solved by NumPy.

# %% question="b1"
table = pd.read_csv("Hitters.csv", na_values=[""])
hitters = table[table.notna().all(axis=1)].reset_index(drop=True)
dropped = int(table.isna().any(axis=1).sum())

# %% question="b2"
design = hitters.select_dtypes("number").drop(columns="Salary").astype(float)
design["LeagueA"] = (hitters["League"] == "A").astype(float)
design["LeagueN"] = (hitters["League"] == "N").astype(float)
design["DivisionW"] = (hitters["Division"] == "W").astype(float)
design["NewLeagueN"] = (hitters["NewLeague"] == "N").astype(float)

# %% question="b3"
order = np.random.permutation(len(design))
test_places, train_places = order[: len(design) // 3], order[len(design) // 3 :]
x_train, x_test = design.iloc[train_places], design.iloc[test_places]
y_train, y_test = hitters["Salary"].iloc[train_places], hitters["Salary"].iloc[test_places]

# %% question="c1"
with_ones = np.column_stack([np.ones(len(x_train)), x_train])
weights, *_ = np.linalg.lstsq(with_ones, y_train, rcond=None)
linear_predictions = np.column_stack([np.ones(len(x_test)), x_test]) @ weights
linear_mae = float(np.abs(linear_predictions - y_test.to_numpy()).sum() / len(y_test))

# %% question="e3"
steps_per_epoch = -(-len(z_train) // 32)
history = network.fit(z_train, y_train.to_numpy(), batch_size=32, epochs=40, validation_split=0.2, verbose=0)
