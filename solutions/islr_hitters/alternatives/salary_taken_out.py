# %% [markdown]
# The salary is taken out of the table before anything else, letters are replaced by one column each, and subplots show every coefficient's line twice.

# %% question="b2"
salary = hitters["Salary"].copy()
design = hitters.drop(columns="Salary").copy()
for letter_column in design.columns[design.dtypes.map(lambda kind: not pd.api.types.is_numeric_dtype(kind))]:
    design[letter_column] = pd.Categorical(design[letter_column]).codes.astype("int64")

# %% question="b3"
shuffled = design.sample(frac=1)
third = len(shuffled) // 3
x_test, x_train = shuffled.iloc[:third], shuffled.iloc[third:]
y_test, y_train = salary.loc[x_test.index], salary.loc[x_train.index]

# %% question="d1"
z_train = ((x_train - x_train.mean()) / x_train.std()).to_numpy()
z_test = ((x_test - x_train.mean()) / x_train.std()).to_numpy()

# %% question="d2"
path_alphas, path_coefs, gaps = lasso_path(z_train, y_train, n_alphas=80, eps=5e-4)
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
left.plot(-np.log(path_alphas), path_coefs.T)
left.set_xlabel("-log(lambda)")
left.set_ylabel("coefficients")
right.plot(-np.log(path_alphas), np.abs(path_coefs).sum(axis=0))
right.set_xlabel("-log(lambda)")
right.set_ylabel("sum of sizes")
plt.show()

# %% question="e5"
network_predictions = network.predict_on_batch(z_test).ravel()
network_mae = (y_test - network_predictions).abs().mean()

# %% question="f1"
rows = []
for seed in range(1, 6):
    train_rows, test_rows, train_pay, test_pay = train_test_split(
        design.astype(float), salary, test_size=1 / 3, random_state=seed
    )
    centre, spread = train_rows.mean(), train_rows.std()
    train_rows, test_rows = (train_rows - centre) / spread, (test_rows - centre) / spread
    copy = keras.models.clone_model(network)
    copy.compile(optimizer=keras.optimizers.RMSprop(0.03), loss="mse")
    copy.fit(train_rows, train_pay, epochs=40, batch_size=32, verbose=0)
    guesses = [
        LinearRegression().fit(train_rows, train_pay).predict(test_rows),
        LassoCV(cv=10, max_iter=20_000).fit(train_rows.to_numpy(), train_pay).predict(test_rows.to_numpy()),
        copy.predict(test_rows, verbose=0)[:, 0],
    ]
    rows.append([float((test_pay - guess).abs().mean()) for guess in guesses])
comparison = pd.DataFrame(rows, columns=["linear", "lasso", "network"])
mean_mae = comparison.to_numpy().mean(axis=0)
sd_mae = comparison.to_numpy().std(axis=0, ddof=1).tolist()
