-- Who changed what when: settings, keys, secrets and the like.
CREATE INDEX events_of_upkeep ON events (kind, seq) WHERE kind IN (
    'SettingsChanged', 'ProfileSaved', 'ProfileRemoved', 'KeyMade', 'KeyRevoked', 'SecretChanged', 'LettersResent',
    'LettersDiscarded', 'BackupMade', 'BackupRestored', 'MatchingPaused', 'MatchingResumed'
);
