-- References that were built before anybody provided what they name: whoever provides it first resolves them.
create index build_references_open on build_references (contract) where built_against is null;
