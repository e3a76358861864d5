-- Who changed what when: merchants and forwarding as well.
DROP INDEX events_of_setup;
CREATE INDEX events_of_setup ON events (kind, seq) WHERE kind IN (
    'AreaSaved', 'AreaRemoved', 'RulesSaved', 'ProviderSaved', 'ProviderRemoved', 'WeatherTold', 'MerchantRegistered',
    'MerchantRemoved', 'ForwardSaved', 'ForwardRemoved'
);
