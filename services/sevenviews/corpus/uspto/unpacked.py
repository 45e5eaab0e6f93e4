"""Which of the files that lie loose in a folder or archive make a patent: several may share a folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from sevenviews.corpus.images import IMAGE_SUFFIXES
from sevenviews.corpus.member import Member
from sevenviews.corpus.uspto.sheet_names import is_grant_file, is_sheet, package_of, patent_of


def patents_of(members: Iterable[Member]) -> Iterator[tuple[Member, ...]]:
    """The files of each patent, the grant's XML first, if it has one; folder by folder.

    Sheets that lie in a folder of their own, beside or below their XML, are joined to it by the patent's name.

    An XML takes the sheets that are named after it, or else after its patent. Where it is the only one, and is named
    after nothing, it takes all sheets of its folder, if these are one patent's. Sheets without XML are a patent too;
    images that are named otherwise belong to a folder's only XML, or to none.
    """
    folders: dict[PurePosixPath, list[Member]] = {}
    for member in members:
        folders.setdefault(member.path.parent, []).append(member)
    groups = [
        group
        for folder in folders.values()
        for group in _patents_of_folder(sorted(folder, key=lambda member: member.name))
    ]
    bare = {
        package_of(group[0].path.name): group for group in groups if len(group) == 1 and _has_grant(group)
    }
    joined: dict[str, list[Member]] = {}
    for group in groups:
        package = package_of(group[0].path.name)
        if not _has_grant(group) and package in bare:
            joined.setdefault(package, []).extend(group)
    for group in groups:
        package = package_of(group[0].path.name)
        if bare.get(package) is group:
            yield *group, *joined.get(package, ())
        elif _has_grant(group) or package not in bare:
            yield group


def _has_grant(group: Sequence[Member]) -> bool:
    return is_grant_file(group[0].path.name)


def _patents_of_folder(files: Sequence[Member]) -> Iterator[tuple[Member, ...]]:
    grants = [file for file in files if is_grant_file(file.path.name)]
    packages: dict[str, list[Member]] = {}
    for file in files:
        if is_sheet(file.path.name):
            packages.setdefault(package_of(file.path.name), []).append(file)
    if len(grants) == 1:
        others = [file for file in files if file.suffix in IMAGE_SUFFIXES and not is_sheet(file.path.name)]
        if not patent_of(grants[0].path.name) and len(packages) == 1:
            others += packages.popitem()[1]
    else:
        others = []
    for grant in grants:
        package = _package_for(grant, grants, packages)
        yield grant, *packages.pop(package, []), *others
    yield from (tuple(sheets) for sheets in packages.values())


def _package_for(grant: Member, grants: Sequence[Member], packages: Iterable[str]) -> str:
    """The package whose sheets are the grant's."""
    own = package_of(grant.path.name)
    patent = patent_of(own)
    if own in packages or not patent:
        return own
    # Not of another edition of the same patent, which has an XML of its own.
    taken = {package_of(other.path.name) for other in grants}
    same = [name for name in packages if patent_of(name) == patent and name not in taken]
    return same[0] if len(same) == 1 else own
