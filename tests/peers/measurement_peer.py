"""What others make of the features that a test measures.

measurement_peer.py numpy|scikit-learn|neural-collapse|probes FILE: reads `train` and `test` (float32, [count, D]), their
labels, `weights` ([D, C]) and, for the probes, `l2` and the number of `channels`, innermost, of which
they see the means; prints a JSON object. `neural-collapse` without a FILE only imports what it needs, and prints nothing.
"""

import json
import sys

import numpy as np
from safetensors.numpy import load_file


def distance_from_frame(matrix):
    classes = len(matrix)
    frame = (np.eye(classes) - 1 / classes) / np.sqrt(classes - 1)
    return np.linalg.norm(matrix / np.linalg.norm(matrix) - frame)


def effective_rank(singular_values):
    shares = singular_values / singular_values.sum()
    return np.exp(-(shares * np.log(shares)).sum())


def by_numpy(data):
    """Straight from the definitions, in float64, with matrices of D x D."""
    features, labels = data["train"].astype(np.float64), data["train_labels"]
    weights = data["weights"].T.astype(np.float64)
    own = [features[labels == label] for label in range(labels.max() + 1)]
    classes = len(own)
    means = np.stack([rows.mean(0) for rows in own])
    variances = np.array([np.square(rows - mean).sum(1).mean() for rows, mean in zip(own, means)])
    pairs = [(i, j) for i in range(classes) for j in range(i + 1, classes)]
    values = [(variances[i] + variances[j]) / 2 / np.square(means[i] - means[j]).sum() for i, j in pairs]
    sizes = np.array([len(rows) for rows in own])
    unbiased = variances * sizes / (sizes - 1)
    corrected = [
        (unbiased[i] + unbiased[j])
        / 2
        / (np.square(means[i] - means[j]).sum() - unbiased[i] / sizes[i] - unbiased[j] / sizes[j])
        for i, j in pairs
    ]
    centred = means - means.mean(0)
    within = np.mean([np.cov(rows.T, bias=True) for rows in own], 0)
    between = centred.T @ centred / classes
    norms = np.linalg.norm(centred, axis=1)
    cosines = np.array([centred[i] @ centred[j] / norms[i] / norms[j] for i, j in pairs])
    singular = np.linalg.svd(centred, compute_uv=False)[: classes - 1]
    residuals = np.concatenate([(rows - mean) / np.sqrt(len(rows)) for rows, mean in zip(own, means)])
    about_mean = np.concatenate([(rows - means.mean(0)) / np.sqrt(len(rows)) for rows in own])
    return {
        "cdnv": np.mean(values),
        "cdnv_median": np.median(values),
        "cdnv_max": np.max(values),
        "cdnv_corrected": np.mean(corrected),
        "nc1": np.trace(within @ np.linalg.pinv(between, rcond=1e-10)) / classes,
        "trace_within": np.trace(within),
        "trace_between": np.trace(between),
        "means_effective_rank": effective_rank(singular),
        "effective_rank": effective_rank(np.linalg.svd(about_mean, compute_uv=False)),
        "within_effective_rank": effective_rank(np.linalg.svd(residuals, compute_uv=False)),
        "nc2_norm_variation": norms.std() / norms.mean(),
        "nc2_cosine_deviation": cosines.std(),
        "nc2_cosine_bias": np.abs(cosines + 1 / (classes - 1)).mean(),
        "nc2_etf_distance": distance_from_frame(centred @ centred.T),
        "nc3_duality_distance": np.linalg.norm(
            weights / np.linalg.norm(weights) - centred / np.linalg.norm(centred)
        ),
        "nc3_etf_distance": distance_from_frame(weights @ centred.T),
    }


def by_scikit_learn(data):
    """Linear discriminant analysis with equal priors, whose covariance is Sigma_W, and the nearest centroid."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.neighbors import NearestCentroid

    train, labels = data["train"].astype(np.float64), data["train_labels"]
    classes = labels.max() + 1
    analysis = LinearDiscriminantAnalysis(solver="lsqr", priors=np.full(classes, 1 / classes)).fit(train, labels)
    centred = analysis.means_ - analysis.means_.mean(0)
    between = centred.T @ centred / classes
    nearest = NearestCentroid().fit(train, labels)
    test = data["test"].astype(np.float64)
    return {
        "trace_within": np.trace(analysis.covariance_),
        "nc1": np.trace(analysis.covariance_ @ np.linalg.pinv(between, rcond=1e-10)) / classes,
        "ncc_train": nearest.score(train, labels),
        "ncc_test": nearest.score(test, data["test_labels"]),
    }


def by_neural_collapse(data):
    """https://github.com/rhubarbwu/neural-collapse in float64; its CDNV is rounded to float32."""
    import torch
    from neural_collapse.accumulate import CovarAccumulator, DecAccumulator, MeanAccumulator, VarNormAccumulator
    from neural_collapse.measure import (
        clf_ncc_agreement,
        covariance_ratio,
        mean_norms,
        self_duality_error,
        simplex_etf_error,
        variability_cdnv,
    )

    if data is None:
        return None
    features, labels = torch.tensor(data["train"]).double(), torch.tensor(data["train_labels"]).long()
    weights = torch.tensor(data["weights"].T.copy()).double()
    sizes = (int(labels.max()) + 1, features.shape[1], "cpu", torch.float64)
    mean_accumulator = MeanAccumulator(*sizes)
    mean_accumulator.accumulate(features, labels)
    means, centre = mean_accumulator.compute()
    covariance = CovarAccumulator(*sizes)
    covariance.accumulate(features, labels, means)
    variances = VarNormAccumulator(*sizes)
    variances.accumulate(features, labels, means)
    decisions = DecAccumulator(*sizes)
    decisions.accumulate(features, labels, weights, means)
    norms = mean_norms(means, centre)
    return {
        "cdnv": variability_cdnv(variances.compute()[0], means),
        "nc1": covariance_ratio(covariance.compute(), means, centre),
        "nc2_norm_variation": (norms.std(correction=0) / norms.mean()).item(),
        "nc2_etf_distance": simplex_etf_error(means, centre),
        "nc3_etf_distance": self_duality_error(weights, means, centre),
        "nc4_mismatch": 1 - clf_ncc_agreement(decisions),
    }


def by_probes(data):
    """The minima of both penalised objectives on features of unit mean square, as weights and biases for the features."""
    import torch
    from sklearn.linear_model import LogisticRegression, Ridge

    train, labels, l2 = data["train"].astype(np.float64), data["train_labels"], float(data["l2"][0])
    channels = int(data["channels"][0])
    images = torch.from_numpy(train).reshape(len(train), -1, 1, channels).permute(0, 3, 1, 2)
    train = torch.nn.functional.adaptive_avg_pool2d(images, 1).flatten(1).numpy()
    centre = train.mean(0)
    scale = np.sqrt(np.square(train - centre).mean())
    standard = (train - centre) / scale
    targets = np.eye(labels.max() + 1)[labels]

    def result(model):
        weights = model.coef_.T / scale
        return {"weights": weights.ravel().tolist(), "biases": (model.intercept_ - centre @ weights).tolist()}

    logistic = LogisticRegression(C=1 / (len(train) * l2), tol=1e-12, max_iter=100000).fit(standard, labels)
    likelihood = logistic.predict_log_proba(standard)[np.arange(len(labels)), labels]
    ridge = Ridge(alpha=len(train) * l2, solver="cholesky").fit(standard, targets)
    return {"logistic": {**result(logistic), "loss": -likelihood.mean()}, "ridge": result(ridge)}


if __name__ == "__main__":
    ways = {
        "numpy": by_numpy,
        "scikit-learn": by_scikit_learn,
        "neural-collapse": by_neural_collapse,
        "probes": by_probes,
    }
    result = ways[sys.argv[1]](load_file(sys.argv[2]) if len(sys.argv) > 2 else None)
    if result is not None:
        print(json.dumps(result))
