-- Orders, merchants, drivers and areas have new fields in their bodies: kinds of goods, merchants' own drivers, cold boxes,
-- ratings, vehicles an area admits. Bodies without them are read with the usual values; the number rises so that an older
-- program, which would drop them, refuses the file.

-- Delivered orders of the last weeks, from which estimates are learnt.
CREATE INDEX orders_learnt ON orders (status_at) WHERE status = 'delivered';
