# %% [markdown]
# scikit-learn counts and draws: accuracy, the confusion matrix and its display; pandas keeps the history in a table and plots it.

# %%
import pandas as pd
from sklearn.metrics import ConfusionMatrixDisplay, accuracy_score, confusion_matrix, zero_one_loss
from sklearn.preprocessing import LabelBinarizer

# %% question="a3"
binarizer = LabelBinarizer().fit(g_train)
y_train = binarizer.transform(g_train)
y_test = binarizer.transform(g_test)

# %% question="a4"
class_names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
plt.figure(figsize=(8, 3))
for place in range(12):
    plt.subplot(2, 6, place + 1)
    plt.imshow(train_images[place])
    plt.title(class_names[g_train[place]].capitalize())
    plt.xticks([])
    plt.yticks([])
plt.tight_layout()

# %% question="c3"
model.save("model.keras")
model_bytes = Path("model.keras").stat().st_size
pd.DataFrame(history.history).to_csv("history.csv", index=False)
reloaded = keras.models.load_model("model.keras")
reloaded_history = pd.read_csv("history.csv")
print(np.array_equal(model.predict(x_test[:5]), reloaded.predict(x_test[:5])))

# %% question="c4"
reloaded_history[["loss", "val_loss"]].plot(xlabel="epoch", ylabel="loss")
reloaded_history[["accuracy", "val_accuracy"]].plot(xlabel="epoch", ylabel="accuracy")
plt.show()

# %% question="d2"
error_by_hand = zero_one_loss(g_test, predicted_classes)
accuracy_by_hand = accuracy_score(g_test, predicted_classes)
results = model.evaluate(x_test, y_test)

# %% question="d3"
confusion = confusion_matrix(g_test, predicted_classes, labels=range(10))
ConfusionMatrixDisplay(confusion, display_labels=class_names).plot(xticks_rotation="vertical")
plt.show()

# %% question="d4"
eights_as_twos = np.where(np.logical_and(g_test == 8, predicted_classes == 2))[0]
shown = int(eights_as_twos[0]) if eights_as_twos.size else int(np.argmax(g_test != predicted_classes))
plt.matshow(test_images[shown], cmap="gray")
