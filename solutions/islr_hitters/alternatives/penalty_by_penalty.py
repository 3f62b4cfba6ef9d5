# %% [markdown]
# The path is a loop over penalties with decimal logarithms on the axis, folds are made by hand, and everything is kept as float32.

# %%
from sklearn.linear_model import Lasso
from sklearn.model_selection import KFold

# %% question="b3"
rows = design.to_numpy(dtype="float32")
salaries = hitters["Salary"].to_numpy(dtype="float32")
chosen = np.zeros(len(rows), dtype=bool)
chosen[np.random.choice(len(rows), size=round(len(rows) / 3), replace=False)] = True
x_train, x_test, y_train, y_test = rows[~chosen], rows[chosen], salaries[~chosen], salaries[chosen]

# %% question="d1"
means, deviations = x_train.mean(axis=0), x_train.std(axis=0, ddof=1)
z_train = (x_train - means) / deviations
z_test = (x_test - means) / deviations

# %% question="d2"
largest = np.abs(z_train.T @ (y_train - y_train.mean())).max() / len(z_train)
path_alphas = largest * np.logspace(0, -3, 60)
path_coefs = [Lasso(alpha=alpha, max_iter=100_000).fit(z_train, y_train).coef_ for alpha in path_alphas]
plt.figure(figsize=(8, 5))
plt.plot(-np.log10(path_alphas), path_coefs)
plt.title("The path of the lasso")
plt.xlabel("-log10(alpha)")
plt.ylabel("coefficient")

# %% question="d3"
errors = np.zeros((10, len(path_alphas)))
for fold, (kept, out) in enumerate(KFold(10, shuffle=True).split(z_train)):
    for place, alpha in enumerate(path_alphas):
        fitted = Lasso(alpha=alpha, max_iter=20_000).fit(z_train[kept], y_train[kept])
        errors[fold, place] = np.mean((fitted.predict(z_train[out]) - y_train[out]) ** 2)
best_alpha = float(path_alphas[errors.mean(axis=0).argmin()])
figure, axes = plt.subplots()
axes.scatter(-np.log(path_alphas), errors.mean(axis=0))
axes.set(xlabel="-log(alpha)", ylabel="cross-validated error")
final = Lasso(alpha=best_alpha, max_iter=20_000).fit(z_train, y_train)
lasso_predictions = final.predict(z_test)
lasso_mae = float(abs(lasso_predictions - y_test).mean())
