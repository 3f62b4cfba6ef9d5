# %% [markdown]
# The path goes from the lowest lambda to the highest, with another solver and plain lists; the plot is a scatter plot.

# %% question="c1"
lambdas, lasso_accuracy, words_used, weights = [], [], [], []
for step in range(10):
    lambdas.append(0.0001 * 300 ** (step / 9))
    fitted = LogisticRegression(
        l1_ratio=1, solver="saga", C=1 / (x_fit.shape[0] * lambdas[-1]), max_iter=25, tol=0.01
    ).fit(x_fit, y_fit)
    lasso_accuracy.append(float(np.mean(fitted.predict(x_val) == y_val)))
    words_used.append(int((fitted.coef_ != 0).sum()))
    weights.append((fitted.coef_, fitted.intercept_))

# %% question="c2"
plt.scatter([-np.log(value) for value in lambdas], lasso_accuracy)
plt.title("Lasso logistic regression")
plt.xlabel(r"$-\log(\lambda)$")
plt.ylabel("accuracy on 2,000 reviews")
plt.show()

# %% question="c3"
place = lasso_accuracy.index(max(lasso_accuracy))
best_lambda = lambdas[place]
coefficients, intercept = weights[place]
scores = x_test_1h @ coefficients.ravel() + intercept
lasso_test_accuracy = np.mean((scores > 0) == y_test)
