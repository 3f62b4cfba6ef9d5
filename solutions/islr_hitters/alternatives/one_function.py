# %% [markdown]
# One function builds every network, the comparison has six splits in plain lists, and mean and spread are dictionaries.


# %%
def make_network(columns):
    model = keras.Sequential()
    model.add(keras.Input((columns,)))
    model.add(layers.Dense(50, "relu"))
    model.add(layers.Dropout(0.4))
    model.add(layers.Dense(1))
    return model


# %% question="a1"
warmup = make_network(10)
warmup_parameters = 550 + 51

# %% question="e1"
network = make_network(len(design.columns))

# %% question="e2"
network.compile(keras.optimizers.RMSprop(learning_rate=0.03), "mse", metrics=["mae"])

# %% question="e3"
history = network.fit(z_train, y_train, epochs=40, validation_data=(z_test, y_test), verbose=0)
steps_per_epoch = history.params["steps"]

# %% question="e4"
for name, values in history.history.items():
    if name.endswith("mae"):
        plt.plot(values, label=name)
plt.legend()
plt.xlabel("epochs")
plt.ylabel("MAE")
plt.show()

# %% question="f1"
errors = {"linear": [], "lasso": [], "network": []}
for seed in range(6):
    order = np.random.default_rng(seed).permutation(len(design))
    third = len(order) // 3
    train, test = order[third:], order[:third]
    rows, salaries = design.to_numpy(dtype=float), hitters["Salary"].to_numpy()
    rows = (rows - rows[train].mean(0)) / rows[train].std(0)
    fresh = make_network(rows.shape[1])
    fresh.compile(keras.optimizers.RMSprop(learning_rate=0.03), "mse")
    fresh.fit(rows[train], salaries[train], epochs=40, verbose=0)
    for name, model in [("linear", LinearRegression()), ("lasso", LassoCV(cv=10, max_iter=20_000))]:
        model.fit(rows[train], salaries[train])
        errors[name].append(np.abs(model.predict(rows[test]) - salaries[test]).mean())
    errors["network"].append(np.abs(fresh.predict(rows[test], verbose=0)[:, 0] - salaries[test]).mean())
comparison = pd.DataFrame(errors)
mean_mae = {name: np.mean(values) for name, values in errors.items()}
sd_mae = {name: np.std(values) for name, values in errors.items()}
