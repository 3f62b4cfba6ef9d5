# %% [markdown]
# scikit-learn does what it can: an encoder of all letters, a scaler, a grid search over penalties, and its own measure of the error.

# %%
from sklearn.linear_model import Lasso
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import OneHotEncoder, StandardScaler

# %% question="b2"
letters = ["League", "Division", "NewLeague"]
encoder = OneHotEncoder(sparse_output=False).set_output(transform="pandas")
coded = encoder.fit_transform(hitters[letters])
design = pd.concat([hitters.drop(columns=[*letters, "Salary"]), coded], axis=1)

# %% question="c1"
model = LinearRegression()
model.fit(x_train, y_train)
linear_predictions = model.predict(x_test)
linear_mae = mean_absolute_error(y_test, linear_predictions)

# %% question="d1"
scaler = StandardScaler()
z_train = scaler.fit_transform(x_train)
z_test = scaler.transform(x_test)

# %% question="d3"
grid = np.logspace(-1, 2.3, 40)
search = GridSearchCV(Lasso(max_iter=100_000), {"alpha": grid}, cv=10, scoring="neg_mean_absolute_error").fit(
    z_train, y_train
)
best_alpha = search.best_params_["alpha"]
plt.errorbar(-np.log(grid), -search.cv_results_["mean_test_score"], yerr=search.cv_results_["std_test_score"])
plt.axvline(-np.log(best_alpha))
plt.xlabel("-log(lambda)")
plt.ylabel("MAE")
plt.show()
lasso_predictions = search.predict(z_test)
lasso_mae = mean_absolute_error(y_test, lasso_predictions)

# %% question="e5"
network_predictions = network.predict(z_test, verbose=0)
network_mae = mean_absolute_error(y_test, network_predictions)
