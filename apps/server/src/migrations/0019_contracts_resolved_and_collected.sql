-- References that were built before anybody provided what they name: whoever provides it first resolves them.
create index build_references_open on build_references (contract) where built_against is null;

-- Stamp of all that the analysis of a plan read when it was made: while it is the same, so is the analysis. Null where
-- something moved meanwhile.
alter table plans add column analysis_stamp text;

-- By which rules of comparing a verdict was found: one of other rules counts for nothing.
alter table element_verdicts add column rules integer not null default 1;
-- What no build names any more is found and collected.
create index build_contracts_document on build_contracts (fingerprint);
create index contract_elements_schemas on contract_elements ((body ->> 'schemasOf')) where kind <> 'schemas';
