-- A forwarding rule's list of conditions becomes a tree, as the rules on providers have: {"field": f, "op": "above", "value": 2}
-- is {f: {"above": 2}}. A rule is stored as it is and in the log as it was saved; both are told alike.
CREATE TEMP TABLE trees AS
WITH said (place, id, conditions) AS (
    SELECT 'state', forwards.id, json_extract(body, '$.only') FROM forwards
    UNION ALL
    SELECT 'log', seq, json_extract(body, '$.forwards[0].only') FROM events WHERE kind IN ('ForwardSaved', 'ForwardRemoved')
), parts (place, id, field, op, listed, yes) AS (
    SELECT
        place,
        said.id,
        json_extract(one.value, '$.field'),
        json_extract(one.value, '$.op'),
        -- Two paths bring a list, in which true stays true.
        json_remove(json_extract(one.value, '$.value', '$.value'), '$[1]'),
        json_type(one.value, '$.value')
    FROM said, json_each(conditions) AS one
)
SELECT place, id, json_object('all', json_group_array(json(
    CASE op
        WHEN 'is' THEN json_object(field, json(listed))
        WHEN 'is_not' THEN json_object('not', json_object(field, json(listed)))
        WHEN 'one_of' THEN json_object(field, json(json_extract(listed, '$[0]')))
        WHEN 'present' THEN json_object(field, json_object(op, json(yes)))
        ELSE json_object(field, json_object(op, json_extract(listed, '$[0]')))
    END
))) AS tree
FROM parts GROUP BY place, id;

UPDATE forwards SET body = json_set(json_remove(body, '$.only'), '$.when', json(tree))
FROM trees WHERE place = 'state' AND trees.id = forwards.id;

UPDATE events SET body = json_set(json_remove(body, '$.forwards[0].only'), '$.forwards[0].when', json(tree))
FROM trees WHERE place = 'log' AND trees.id = events.seq;

DROP TABLE trees;
