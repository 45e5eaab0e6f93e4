"""Certificates of searches: what was asked, what answered and what was found, so that it can be proven and repeated.

`document` is what a certificate says, `signing` how it is sealed and read, `replay` why a repetition differs. Pure.
"""

from sevenviews.certificates.document import (
    FORMAT,
    Certificate,
    CertifiedHit,
    CertifiedJudgement,
    CertifiedQuery,
    Parameters,
    canonical,
)
from sevenviews.certificates.replay import (
    SCORE_TOLERANCE,
    Difference,
    Kind,
    Now,
    Replay,
    compare,
)
from sevenviews.certificates.signing import CertificateError, SealedCertificate, Signer, read_public_key

__all__ = [
    "FORMAT",
    "SCORE_TOLERANCE",
    "Certificate",
    "CertificateError",
    "CertifiedHit",
    "CertifiedJudgement",
    "CertifiedQuery",
    "Difference",
    "Kind",
    "Now",
    "Parameters",
    "Replay",
    "SealedCertificate",
    "Signer",
    "canonical",
    "compare",
    "read_public_key",
]
