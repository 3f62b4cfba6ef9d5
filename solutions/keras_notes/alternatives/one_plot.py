# %% [markdown]
# All four lines are drawn in one plot, and predictions are read off a table whose columns have names.

# %% question="k12"
for name, values in history.history.items():
    plt.plot(range(1, len(values) + 1), values, label=name)
plt.xlabel("epoch")
plt.ylabel("loss and accuracy")
plt.ylim(0, 1)
plt.legend()
plt.show()

# %% question="k15"
table = pd.DataFrame(model.predict(x_test, verbose=0), columns=y_train.columns)
digits = table.idxmax(axis=1).astype(int)
first_ten = list(map(int, digits.head(10)))

figure = plt.figure(figsize=(5, 12))
for place, digit in enumerate(first_ten):
    axis = figure.add_subplot(5, 2, place + 1)
    axis.imshow(x_test[place].reshape(28, 28), cmap="Greys")
    axis.set_title(f"digit {digit}")
plt.show()
