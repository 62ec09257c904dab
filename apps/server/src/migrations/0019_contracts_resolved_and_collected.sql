-- References that were built before anybody provided what they name: whoever provides it first resolves them.
create index build_references_open on build_references (contract) where built_against is null;

-- Stamp of all that the analysis of a plan read when it was made: while it is the same, so is the analysis. Null where
-- something moved meanwhile.
alter table plans add column analysis_stamp text;
