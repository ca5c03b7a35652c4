-- The books of cases (src/domain/report/figures): what each entry of a case moved, and the sums of that. A report is read from the
-- sums; the cases behind a figure are read from the movements.

-- The last month (`YYYY-MM`) in which an entry of the case was counted. None: of a case of before, which comes into the books with
-- its next entry.
ALTER TABLE enforcement_case ADD COLUMN booked_month TEXT COLLATE "C";

-- One row for each line of the books that an entry moved. `unit`, `officer`: empty for none; `tag`: empty for the books of all cases.
-- `change_date`: of the change; `late`: whether it counts in another month than its own.
CREATE TABLE case_movement (
    case_id     TEXT COLLATE "C" NOT NULL,
    version     BIGINT NOT NULL,
    ordinal     BIGINT NOT NULL,
    agency      TEXT COLLATE "C" NOT NULL,
    unit        TEXT COLLATE "C" NOT NULL,
    officer     TEXT COLLATE "C" NOT NULL,
    initiative  TEXT COLLATE "C" NOT NULL,
    tag         TEXT COLLATE "C" NOT NULL,
    line        TEXT COLLATE "C" NOT NULL,
    month       TEXT COLLATE "C" NOT NULL,
    change_date TEXT COLLATE "C" NOT NULL,
    late        BOOLEAN NOT NULL,
    cases       BIGINT NOT NULL,
    dong        BIGINT NOT NULL,
    PRIMARY KEY (case_id, version, ordinal)
);
CREATE INDEX case_movement_of_month ON case_movement (agency, tag, line, month, case_id, version, ordinal);
CREATE INDEX case_movement_of_case ON case_movement (agency, tag, line, case_id, month, unit, officer, initiative, cases, dong);
CREATE INDEX case_movement_late ON case_movement (agency, tag, month, line, case_id, version, ordinal) WHERE late;

-- Their sums: a row for whatever any movement names, also where they come to nothing.
CREATE TABLE case_book (
    agency     TEXT COLLATE "C" NOT NULL,
    tag        TEXT COLLATE "C" NOT NULL,
    month      TEXT COLLATE "C" NOT NULL,
    line       TEXT COLLATE "C" NOT NULL,
    unit       TEXT COLLATE "C" NOT NULL,
    officer    TEXT COLLATE "C" NOT NULL,
    initiative TEXT COLLATE "C" NOT NULL,
    cases      BIGINT NOT NULL,
    dong       BIGINT NOT NULL,
    PRIMARY KEY (agency, tag, month, line, unit, officer, initiative)
);
