// The tokens of Endcap. Blanks and comments go to the hidden channel and are never skipped, so that nothing an author wrote is lost.
// Units, currencies and the names that are keywords elsewhere are told apart after lexing (compiler/syntax/tokens.cpp).
lexer grammar EndcapLexer;

// Given to tokens by their neighbours: `40 ea`, `AUD 5.00`, `4 business hours`, `a or else b`, `in batches of 100`, constructs of later
// releases, and the words of a test, an advisor, a schedule, an interface, a route or sync, a task's answers or an `upgrades from` clause, which are
// names everywhere else (compiler/syntax/test_words.cpp, advisor_words.cpp, schedule_words.cpp, interface_words.cpp, route_words.cpp,
// answer_words.cpp, upgrade_words.cpp).
tokens {
  UNIT, CURRENCY, BUSINESS, ITS, OR_ELSE, LATER_STATEMENT,
  GIVEN, BECOMES, START, SEND, EXPECT, EVERY, ASKED, GRANTED, PERMITTED, FORBIDDEN, EXPIRED, REMINDED, OUTCOME, FAILS, WAITING,
  SUSPENDED, RAISED, RESOLVED, APPROVES, REJECTS, DOES, DELEGATES, BECAUSE, ONCE, TIMES, NEVER, ALWAYS, UNAVAILABLE, INVALID, OUT,
  ANSWERS, TOO, ANSWER, ALTERNATIVE, TIMEOUT, FRESH, CONFIDENCE, LEAST, UPGRADES, BATCHES, EXCEPT,
  REFUSED, COUNTER, COUNTERS, COUNTERED, REASON, REJECTION, STARTS, DAY, WEEKDAY, LAST, THE, MONTH, SENDS, QUOTA, DEPRECATED, CALLS,
  WRITES, NOTIFIES, COMPARES, RECONCILE, HELD, CLASS
}

MODULE: 'module';
USE: 'use';
SYSTEM: 'system';
CALENDAR: 'calendar';
TYPE: 'type';
ROLE: 'role';
CONFLICT: 'conflict';
WITH: 'with';
VIEW: 'view';
OF: 'of';
KEY: 'key';
OPERATION: 'operation';
EVENT: 'event';
IS: 'is';
READ: 'read';
NOTIFY: 'notify';
WRITE: 'write';
GET: 'get';
QUERY: 'query';
CREATE: 'create';
UPDATE: 'update';
CALL: 'call';
KEYED: 'keyed';
BY: 'by';
IDEMPOTENT: 'idempotent';
QUERYABLE: 'queryable';
UNSAFE: 'unsafe';
OWNER: 'owner';
LIMIT: 'limit';
PER: 'per';
REJECTED: 'rejected';
REQUIRED: 'required';
ADVICE: 'advice';
RECORD: 'record';
ENUM: 'enum';
FUNCTION: 'function';
TABLE: 'table';
POLICY: 'policy';
GOVERNS: 'governs';
FOR: 'for';
PERMIT: 'permit';
APPROVAL: 'approval';
FORBID: 'forbid';
STAND: 'stand';
IN: 'in';
UP: 'up';
ADVISOR: 'advisor';
WORKFLOW: 'workflow';
VERSION: 'version';
EXCEPTION: 'exception';
SCHEDULE: 'schedule';
PARTNER: 'partner';
INTERFACE: 'interface';
ROUTE: 'route';
SYNC: 'sync';
VIA: 'via';
SEVERITY: 'severity';
RESPOND: 'respond';
RESOLVE: 'resolve';
RAISE: 'raise';
THROUGHOUT: 'throughout';
ON: 'on';
WHERE: 'where';
LET: 'let';
STEP: 'step';
DUE: 'due';
PROPOSE: 'propose';
EACH: 'each';
UNDO: 'undo';
APPROVE: 'approve';
UNDER: 'under';
AS: 'as';
VALID: 'valid';
UNTIL: 'until';
WITHIN: 'within';
REMIND: 'remind';
AFTER: 'after';
BEFORE: 'before';
ESCALATE: 'escalate';
TO: 'to';
THEN: 'then';
ASK: 'ask';
AGAIN: 'again';
RETRY: 'retry';
SKIP_: 'skip';
CONTINUE: 'continue';
FAIL: 'fail';
FINISH: 'finish';
COMPENSATE: 'compensate';
KEEP: 'keep';
AND: 'and';
OR: 'or';
ELSE: 'else';
NOT: 'not';
WAIT: 'wait';
IF: 'if';
LATE: 'late';
TASK: 'task';
REREAD: 'reread';
YIELD: 'yield';
COLLECT: 'collect';
PARALLEL: 'parallel';
TOLERATE: 'tolerate';
TOGETHER: 'together';
BRANCH: 'branch';
MATCH: 'match';
WHEN: 'when';
OTHERWISE: 'otherwise';
PRESENT: 'present';
ABSENT: 'absent';
AT: 'at';
ZONE: 'zone';
ROUND: 'round';
ALLOCATE: 'allocate';
OVER: 'over';
PLACES: 'places';
HALF: 'half';
EVEN: 'even';
DOWN: 'down';
COUNT: 'count';
FIRST: 'first';
SUM: 'sum';
MINIMUM: 'minimum';
MAXIMUM: 'maximum';
ANY: 'any';
ALL: 'all';
YES: 'yes';
NO: 'no';
LIST: 'list';
OPTIONAL: 'optional';
TEST: 'test';
RUN: 'run';
REPEAT: 'repeat';
MAPPING: 'mapping';
FROM: 'from';
SWEEP: 'sweep';

// Words of the language whose constructs this release does not have: refused by name.
LATER
  : 'measure' | 'alert'
  ;

ARROW: '->';
EQUAL: '==';
NOT_EQUAL: '!=';
LESS_EQUAL: '<=';
GREATER_EQUAL: '>=';
LESS: '<';
GREATER: '>';
ASSIGN: '=';
PLUS: '+';
MINUS: '-';
STAR: '*';
SLASH: '/';
OPEN_BRACE: '{';
CLOSE_BRACE: '}';
OPEN_PAREN: '(';
CLOSE_PAREN: ')';
OPEN_BRACKET: '[';
CLOSE_BRACKET: ']';
COMMA: ',';
RANGE: '..';
DOT: '.';
COLON: ':';
BAR: '|';
QUESTION: '?';

DATE: DIGIT DIGIT DIGIT DIGIT '-' DIGIT DIGIT '-' DIGIT DIGIT;
TIME: DIGIT DIGIT? ':' DIGIT DIGIT;
PERCENT: DIGITS ('.' DIGITS)? '%';
NUMBER: DIGITS ('.' DIGITS)?;

TEXT: '"' TEXT_PART* '"';
UNCLOSED_TEXT: '"' TEXT_PART*;
QUOTED_NAME: '`' ~[`\r\n]+ '`';
UNCLOSED_NAME: '`' ~[`\r\n]*;

NAME: LETTER (LETTER | DIGIT)*;

COMMENT: '--' ([ \t] ~[\r\n]* | '\r'? '\n' | '\r') -> channel(HIDDEN);
BLANKS: [ \t\r\n]+ -> channel(HIDDEN);

UNKNOWN: .;

fragment TEXT_PART: ~["\\\r\n] | '\\' ~[\r\n];
fragment DIGITS: DIGIT (DIGIT | '_')*;
fragment DIGIT: [0-9];
fragment LETTER: '_' | [\p{L}];
