-- What synchronisation shows of this laptop's own entries, counted by the writes themselves: counting the log of years took seconds.
CREATE TABLE tally (
  what TEXT PRIMARY KEY,
  n INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO tally (what, n)
  SELECT 'entries', count(*) FROM entry WHERE own
  UNION ALL SELECT 'acknowledged', count(*) FROM entry WHERE own AND sseq IS NOT NULL
  UNION ALL SELECT 'unsent_bytes', coalesce(sum(length(frame)), 0) FROM entry WHERE own AND sseq IS NULL
  UNION ALL SELECT 'receipted', count(*) FROM receipt WHERE EXISTS (SELECT 1 FROM entry WHERE id = receipt.entry AND own);

CREATE TRIGGER entry_tally AFTER INSERT ON entry WHEN NEW.own BEGIN
  UPDATE tally SET n = n + CASE what
    WHEN 'entries' THEN 1
    WHEN 'acknowledged' THEN NEW.sseq IS NOT NULL
    WHEN 'unsent_bytes' THEN iif(NEW.sseq IS NULL, length(NEW.frame), 0)
    ELSE 0 END;
END;
CREATE TRIGGER sent_tally AFTER UPDATE OF sseq ON entry WHEN NEW.own AND (OLD.sseq IS NULL) <> (NEW.sseq IS NULL) BEGIN
  UPDATE tally SET n = n + iif(NEW.sseq IS NULL, -1, 1) WHERE what = 'acknowledged';
  UPDATE tally SET n = n + iif(NEW.sseq IS NULL, 1, -1) * length(NEW.frame) WHERE what = 'unsent_bytes';
END;
CREATE TRIGGER receipt_tally AFTER INSERT ON receipt WHEN EXISTS (SELECT 1 FROM entry WHERE id = NEW.entry AND own) BEGIN
  UPDATE tally SET n = n + 1 WHERE what = 'receipted';
  DELETE FROM unreceipted WHERE entry = NEW.entry;
END;

-- Own entries that the server has and has not given a receipt for.
CREATE TABLE unreceipted (
  entry BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;
INSERT INTO unreceipted (entry)
  SELECT id FROM entry WHERE own AND sseq IS NOT NULL AND NOT EXISTS (SELECT 1 FROM receipt WHERE receipt.entry = entry.id);
CREATE TRIGGER sent_unreceipted AFTER UPDATE OF sseq ON entry WHEN NEW.own BEGIN
  DELETE FROM unreceipted WHERE entry = NEW.id;
  INSERT INTO unreceipted (entry)
    SELECT NEW.id WHERE NEW.sseq IS NOT NULL AND NOT EXISTS (SELECT 1 FROM receipt WHERE entry = NEW.id);
END;

-- Which visits have unsent entries, and since when.
CREATE INDEX entry_unsent ON entry (ent, n, stored_ms, server_refused, own, sseq) WHERE own AND sseq IS NULL;
