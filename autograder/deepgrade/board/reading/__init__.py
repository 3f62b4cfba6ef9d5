"""Reading files of predictions: ids and columns are known here, labels never."""
