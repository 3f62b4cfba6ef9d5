# %% [markdown]
# Decodes the scores with the class index itself, and keeps lists instead of tuples.

# %%
import json

# %% question="r10"
with open("imagenet_class_index.json") as file:
    index = json.load(file)
top3 = {}
for name, row in zip(image_names, scores, strict=True):
    places = np.argsort(row)[::-1][:3]
    top3[name] = [[*index[str(place)], float(row[place])] for place in places]
    print(name, top3[name])
