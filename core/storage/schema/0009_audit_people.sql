-- Who changed what when: drivers, experiments and the tags of merchants, found without reading every order's events.
CREATE INDEX events_of_people ON events (kind, seq) WHERE kind IN (
    'MerchantsTagged', 'ExperimentSaved', 'DriverRegistered', 'DriverChanged', 'DriverRemoved'
);
