"""Clustering of designs that are seen in several views, most of them missing: PatentNet's section 5.2.

Estimators in scikit-learn's manner, `fit_predict(views, present)` with views a list of V arrays [n, d_v] and
present a mask [n, V]:

    FilledSpectral  spectral clustering of one view or of all side by side, missing rows filled with the mean
    APMC            similarity through the samples that two views share
    IMG             one latent row a sample, a graph over all of them learned beside it
    DAIMC           one nonnegative representation of all views, bases aligned by regression
    IMSCAGL         a learned graph for each view, one spectral embedding

and the scores: accuracy, normalised mutual information, purity, over several runs. May import what `lab` may;
needs the extra `lab` (scikit-learn, SciPy).
"""
