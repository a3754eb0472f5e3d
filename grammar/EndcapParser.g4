// The syntax of Endcap, one declaration at a time: the token stream is cut into declarations first (compiler/syntax/declarations.cpp),
// so that a broken one can't take its neighbours down. Loops rather than recursion wherever the language allows a long chain.
parser grammar EndcapParser;

options { tokenVocab = EndcapLexer; }

declaration
  : ( moduleName | useDeclaration | typeDeclaration | roleDeclaration | conflictDeclaration | viewDeclaration | systemDeclaration
    | recordDeclaration | enumDeclaration | functionDeclaration | mappingDeclaration | tableDeclaration | policyDeclaration
    | advisorDeclaration | workflowDeclaration | exceptionDeclaration | scheduleDeclaration | partnerDeclaration | interfaceDeclaration
    | routeDeclaration | syncDeclaration | testDeclaration
    ) EOF
  ;

// ---------------------------------------------------------------- names and types

name: NAME | QUOTED_NAME | softKeyword;

// Keywords that can stand where a name is expected, because nothing else could be meant there.
softKeyword
  : TYPE | KEY | OWNER | LIMIT | PER | VERSION | OF | TO | BY | ROLE | SYSTEM | CALENDAR | RECORD | REJECTED | GET | QUERY | CREATE
  | UPDATE | CALL | TABLE | OVER | ZONE | PLACES | HALF | EVEN | UP | DOWN | LATE | LIST | VALID | DUE | TOLERATE
  | RUN | REPEAT | MAPPING | FROM | SCHEDULE | PARTNER | INTERFACE | ROUTE | SYNC | VIA | EXCEPTION | SEVERITY | RESPOND | RESOLVE | RAISE | ADVISOR
  ;

names: name (COMMA name)*;
qualified: name (DOT name)*;

type
  : OPTIONAL type                                                           # OptionalType
  | LIST OF type                                                            # ListType
  | kind=name OF key=type TO value=type                                     # MapType
  | kind=name OF write=qualified (FOR target=type)?                         # GrantType
  | name (LESS angle (COMMA angle)* GREATER)? (OPEN_PAREN NUMBER (COMMA NUMBER)* CLOSE_PAREN)?  # NamedType
  ;
angle: name | QUESTION;

parameters: OPEN_PAREN (parameter (COMMA parameter)*)? CLOSE_PAREN;
parameter: name COLON type;

// ---------------------------------------------------------------- declarations

moduleName: MODULE qualified;
useDeclaration: USE (SYSTEM system=name | CALENDAR calendar=qualified | module=qualified);
typeDeclaration: TYPE name ASSIGN type (WHERE expression)?;
roleDeclaration: ROLE names (BY type)? (WITH CALENDAR calendar=qualified)?;
conflictDeclaration: CONFLICT left=name WITH right=name;

viewDeclaration
  : VIEW view=name OF system=name DOT entity=name KEY (single=name | OPEN_PAREN names CLOSE_PAREN) dataClass? (FRESH WITHIN fresh=additive)?
    OPEN_BRACE viewField* CLOSE_BRACE
  ;
viewField: field=name COLON type ASSIGN source=name (IN unit=name)? REQUIRED? ADVICE? dataClass?;
// How much is said with a value, and to whom it may go: a word of a closed list, known by sema.
dataClass: CLASS name;

systemDeclaration: SYSTEM name OPEN_BRACE (operation | eventDeclaration)* CLOSE_BRACE;
operation
  : OPERATION qualified parameters (ARROW type)? (IS operationClass)? OPEN_BRACE operationAction operationClause* CLOSE_BRACE
  ;
operationClass: READ | NOTIFY | WRITE;
operationAction
  : verb=(GET | QUERY | CREATE | UPDATE | CALL) name fieldKey? fieldBody?
  | verb=(CREATE | UPDATE) name fieldKey? BY mapping=qualified OPEN_PAREN expression CLOSE_PAREN
  ;
fieldKey: OPEN_PAREN (fieldAssign (COMMA fieldAssign)*)? CLOSE_PAREN;
fieldBody: OPEN_BRACE (fieldAssign (COMMA? fieldAssign)*)? CLOSE_BRACE;
fieldAssign: field=name COLON (fieldValue (IN unit=name)? | condition=expression);
fieldValue: conditional | orElse;
operationClause
  : IDEMPOTENT                                                              # IdempotentClause
  | KEYED BY name                                                           # KeyedClause
  | QUERYABLE BY name                                                       # QueryableClause
  | UNSAFE                                                                  # UnsafeClause
  | OWNER name                                                              # OwnerClause
  | LIMIT NUMBER PER name batch?                                            # LimitClause
  | batch                                                                   # BatchClause
  | REJECTED names                                                          # RejectedClause
  | FRESH WITHIN additive                                                   # FreshClause
  | dataClass                                                               # DataClassClause
  ;
batch: IN BATCHES OF NUMBER;
eventDeclaration: EVENT name OPEN_PAREN (eventField (COMMA eventField)*)? CLOSE_PAREN TYPE TEXT dataClass?;
eventField: field=name COLON type ASSIGN source=name (IN unit=name)?;

recordDeclaration: RECORD name OPEN_BRACE (parameter (COMMA? parameter)*)? CLOSE_BRACE;
enumDeclaration: ENUM name OPEN_BRACE (names COMMA?)? CLOSE_BRACE;
functionDeclaration: FUNCTION name parameters (ARROW type)? ASSIGN expression;
mappingDeclaration
  : MAPPING name FROM from=type TO
    (to=type OPEN_BRACE (mappingField (COMMA? mappingField)*)? CLOSE_BRACE | entityTarget fieldBody)
  ;
entityTarget: system=name DOT entity=name;
mappingField: field=name COLON expression;

// Rows stand below, or in a file of the project: compiler/syntax/sheet.h.
tableDeclaration: TABLE name parameters ARROW type (FROM file=TEXT | OPEN_BRACE tableHeader tableRow* CLOSE_BRACE);
tableHeader: BAR name (BAR name)* BAR;
tableRow: BAR tableCell (BAR tableCell)* BAR;
sheetCell: tableCell EOF;
tableCell
  : MINUS                                                                   # AnyCell
  | OTHERWISE                                                               # OtherwiseCell
  | PRESENT                                                                 # PresentCell
  | compareOperator additive                                                # ComparisonCell
  | (OPEN_BRACKET | OPEN_PAREN) additive RANGE additive (CLOSE_BRACKET | CLOSE_PAREN)  # IntervalCell
  | expression (COMMA expression)*                                          # ValuesCell
  ;

policyDeclaration: POLICY name GOVERNS qualified (COMMA qualified)* FOR parameters OPEN_BRACE policyItem* CLOSE_BRACE;
policyItem
  : LET name ASSIGN expression                                              # PolicyLet
  | BAR policyVerdict (WHEN expression | OTHERWISE) adviceBudget?           # PolicyRow
  | STAND IN standIn=name FOR role=name                                     # PolicyStandIn
  ;
policyVerdict
  : PERMIT ADVICE?                                                          # PermitVerdict
  | APPROVAL BY names                                                       # ApprovalVerdict
  | FORBID TEXT                                                             # ForbidVerdict
  ;
adviceBudget: UP TO limit=additive (OF amount=additive)? (PER account=additive)?;

advisorDeclaration: ADVISOR name parameters (ARROW type)? OPEN_BRACE advisorClause* CLOSE_BRACE;
advisorClause
  : TIMEOUT additive                                                        # AdvisorTimeout
  | FRESH WITHIN additive                                                   # AdvisorFresh
  | CONFIDENCE AT LEAST PERCENT                                             # AdvisorConfidence
  | dataClass                                                               # AdvisorDataClass
  ;

workflowDeclaration: WORKFLOW name parameters instanceKey? (VERSION NUMBER)? workflowBody;
instanceKey: KEY (OPEN_PAREN expression (COMMA expression)+ CLOSE_PAREN | expression);
workflowBody: OPEN_BRACE upgradeClause* statement* CLOSE_BRACE;
upgradeClause: UPGRADES FROM NUMBER OPEN_BRACE upgradeItem* CLOSE_BRACE;
upgradeItem
  : what=(STEP | WAIT) before=qualified BECOMES after=qualified             # RenameItem
  | LET name ASSIGN (REREAD | expression)                                   # DefaultItem
  ;

exceptionDeclaration
  : EXCEPTION declared=name parameters (KEY (single=name | OPEN_PAREN names CLOSE_PAREN))? (SEVERITY severity=name)?
    (OWNER owner=assignee)? (VERSION NUMBER)? OPEN_BRACE exceptionClause* CLOSE_BRACE
  ;
exceptionClause
  : RESPOND WITHIN expression                                               # RespondClause
  | REMIND AFTER expression                                                 # ExceptionRemindClause
  | ESCALATE TO assignee AFTER expression                                   # ExceptionEscalateClause
  | RESOLVE BY call                                                         # ResolveClause
  | handler                                                                 # ExceptionHandlerClause
  ;

scheduleDeclaration: SCHEDULE name STARTS call OPEN_BRACE scheduleRule? CLOSE_BRACE;
scheduleRule: recurrence (IF LATE late=(START | SKIP_))?;
recurrence: EVERY scheduleDays AT TIME (ZONE TEXT)?;
scheduleDays
  : DAY                                                                     # EveryDay
  | BUSINESS DAY                                                            # EveryBusinessDay
  | WEEKDAY (COMMA WEEKDAY)*                                                # EveryWeekday
  | edge=(FIRST | LAST) BUSINESS? DAY OF THE MONTH                          # EdgeOfMonth
  | DAY NUMBER OF THE MONTH                                                 # DayOfMonth
  ;

partnerDeclaration: PARTNER names (BY type)?;
interfaceDeclaration
  : INTERFACE declared=name VERSION NUMBER FOR partner=name (DEPRECATED from=DATE UNTIL until=DATE)?
    OPEN_BRACE interfaceItem* CLOSE_BRACE
  ;
interfaceItem
  : OPERATION inbound=name parameters (FOR scope=name)? what=(SENDS | STARTS) call  # InboundItem
  | QUOTA NUMBER PER period=name                                            # QuotaItem
  ;

routeDeclaration: ROUTE carried OPEN_BRACE deliveryClause* CLOSE_BRACE;
syncDeclaration: SYNC carried OPEN_BRACE syncClause* CLOSE_BRACE;
// What is carried where: an event, or the entities of a view.
carried: declared=name COLON what=qualified FROM from=name TO to=name VIA mapping=qualified;
deliveryClause
  : WHERE expression                                                        # WhereClause
  | what=(WRITES | NOTIFIES) qualified (UNDER qualified (COMMA qualified)*)?  # DoesClause
  | PARALLEL NUMBER                                                         # ParallelClause
  ;
syncClause
  : deliveryClause                                                          # SyncDeliveryClause
  | ON qualified OPEN_PAREN (binding (COMMA binding)*)? CLOSE_PAREN         # ChangeClause
  | COMPARES qualified                                                      # ComparesClause
  | RECONCILE recurrence OVER call                                          # ReconcileClause
  ;

// ---------------------------------------------------------------- tests: what is given, what happens, what is expected of it

testDeclaration: TEST TEXT OPEN_BRACE testStatement* CLOSE_BRACE;
testStatement
  // Values that end a statement have no `after` of their own: it begins the next one.
  : GIVEN view=name OPEN_PAREN (givenField (COMMA givenField)*)? CLOSE_PAREN # GivenEntity
  | GIVEN advisor=name arguments ANSWERS additive (WITH CONFIDENCE PERCENT)? # GivenAnswer
  | view=name arguments DOT field=name BECOMES moment                       # GivenChange
  | START SCHEDULE qualified AT testMoment                                  # StartSchedule
  | START kind=(ROUTE | SYNC) qualified AT testMoment                       # StartCarrier
  | START qualified arguments AT testMoment                                 # StartWorkflow
  | AFTER (UNTIL testMoment | additive)                                     # AfterTime
  | SEND qualified arguments                                                # SendEvent
  | role=name decision=(APPROVES | REJECTS | COUNTERS | DOES) EVERY? qualified arguments? about?
    (exceptedBecause (AS person=TEXT)? | excepted? (AS person=TEXT)? because?)  # PersonDecides
  | role=name DELEGATES EVERY? qualified about? TO to=TEXT (AS person=TEXT)? (BECAUSE reason=TEXT)?  # PersonDelegates
  | partner=name CALLS qualified arguments (OF VERSION NUMBER)? (AT testMoment)? (AS person=TEXT)? (AND IS REFUSED)?  # PartnerCalls
  | qualified about? fault testCount                                        # SystemFails
  | EXPECT expectation (AT testMoment)?                                     # ExpectThat
  ;
givenField: field=name COLON (EVERY every=name | value=expression (TO last=expression)?);
testMoment: DATE TIME (ZONE TEXT)?;
about: FOR (TEXT | EVERY name);
excepted: EXCEPT FOR TEXT (COMMA TEXT)*;
// Lines are refused for another reason than the rest is approved for.
exceptedBecause: because excepted BECAUSE (reason=TEXT | choice=name);
// Why: a text, or one of the reasons that the approval lists, with more words.
because: BECAUSE (reason=TEXT | choice=name (COMMA remark=TEXT)?);
testCount: ONCE | NUMBER TIMES | ALWAYS | NEVER;
fault
  : IS REJECTED name                                                        # RejectedFault
  | IS UNAVAILABLE                                                          # UnavailableFault
  | IS INVALID                                                              # InvalidFault
  | TIMES OUT                                                               # TimeoutFault
  | ANSWERS TOO LATE                                                        # LateFault
  ;
expectation
  : qualified ASKED OF names about? testCount?                              # ExpectAsked
  | qualified state=(GRANTED | REJECTED | REFUSED | COUNTERED | EXPIRED | REMINDED | PERMITTED | FORBIDDEN) about? testCount?  # ExpectApproval
  | NO? TASK qualified arguments? (OF role=name)? about? testCount?         # ExpectTask
  | NO? kind=(WRITE | NOTIFY) qualified arguments? about? testCount?        # ExpectCall
  | NO? EXCEPTION qualified state=(RAISED | RESOLVED | EXPIRED) about? testCount?  # ExpectException
  | NO? (ANSWER OF | ALTERNATIVE TO) advisor=name about? testCount?         # ExpectAdvice
  | OUTCOME name arguments?                                                 # ExpectOutcome
  | NO? HELD qualified about? testCount?                                    # ExpectHeld
  | FAILS name arguments?                                                   # ExpectFailure
  | WAITING AT qualified about?                                             # ExpectWaiting
  | SUSPENDED AT qualified about?                                           # ExpectSuspended
  | LATE AT qualified about? testCount?                                     # ExpectLate
  ;

// ---------------------------------------------------------------- statements

block: OPEN_BRACE statement* CLOSE_BRACE;

statement
  : letStatement | readStatement | askStatement | notifyStatement | approveStatement | writeStatement | taskStatement | runStatement | whenStatement
  | matchStatement | forEachStatement | sweepStatement | togetherStatement | stepStatement | throughoutStatement | waitUntilStatement
  | waitEventStatement | raiseStatement | dueStatement | repeatStatement | againStatement | yieldStatement | skipStatement
  | finishStatement | failStatement | laterStatement
  ;

laterStatement: LATER_STATEMENT;

letStatement: LET name (COLON type)? ASSIGN (readValue | askValue | proposal | expression);
readStatement: readValue;
askStatement: askValue;
askValue: ASK call (OR_ELSE ELSE expression)?;
readValue: (READ postfix | REREAD name) handlers?;
proposal
  : PROPOSE FOR EACH name IN expression (WHERE expression)? OPEN_BRACE call (UNDO call | AND KEEP)? CLOSE_BRACE  # ProposeEach
  | PROPOSE call (UNDO call | AND KEEP)?                                    # ProposeOne
  ;
call: qualified arguments;
arguments: OPEN_PAREN (argument (COMMA argument)*)? CLOSE_PAREN;
argument: (name COLON)? expression;

notifyStatement: NOTIFY call handlers?;
approveStatement
  : APPROVE names UNDER qualified (COMMA qualified)* AS name (VALID UNTIL expression)? (OPEN_BRACE approveClause* CLOSE_BRACE)?
  ;
approveClause
  : WITHIN expression                                                       # WithinClause
  | REMIND AFTER expression                                                 # RemindClause
  | ESCALATE TO name AFTER expression                                       # EscalateClause
  | BY unit=name                                                            # ByClause
  | COUNTER form=name arguments?                                            # CounterClause
  | REASON FOR decided (COMMA decided)* type REQUIRED                       # ReasonClause
  | handler                                                                 # HandlerClause
  ;
decided: REJECTION | APPROVAL;
writeStatement: WRITE name (FOR expression)? handlers?;
taskStatement
  : TASK task=name arguments TO assignee (WITHIN expression)? (AS result=name)? (OPEN_BRACE taskClause* CLOSE_BRACE)?
  ;
// Who is asked: a role, or those of it who answer for a value.
assignee: role=name (OPEN_PAREN expression CLOSE_PAREN)?;
taskClause
  : ANSWERS form=name arguments?                                            # AnswersClause
  | handler                                                                 # TaskHandlerClause
  ;
runStatement: RUN qualified OPEN_PAREN (given (COMMA given)*)? CLOSE_PAREN (AS name)? handlers?;
// A value, a grant, or a grant for one element.
given: argument (FOR target=expression)?;

whenStatement: WHEN expression block (OTHERWISE WHEN expression block)* otherwiseBlock?;
otherwiseBlock: OTHERWISE block;
matchStatement: MATCH expression OPEN_BRACE matchArm* CLOSE_BRACE;
matchArm: BAR (OTHERWISE | PRESENT (AS name)? | ABSENT | names) block;

forEachStatement
  : FOR EACH variable=name IN list=expression (WHERE where=expression)? (PARALLEL parallel=NUMBER)? (TOLERATE tolerate=(NUMBER | PERCENT))?
    (COLLECT result=name)? block otherwiseBlock?
  ;
sweepStatement
  : SWEEP sweepList (COMMA sweepList)* (WHERE where=expression)? (PARALLEL parallel=NUMBER)? (TOLERATE tolerate=(NUMBER | PERCENT))?
    (COLLECT result=name)? block otherwiseBlock?
  ;
sweepList: name IN expression;
togetherStatement: TOGETHER OPEN_BRACE branch* CLOSE_BRACE;
branch: BRANCH name body;
stepStatement: STEP step=name (COLLECT unwanted=name)? (body | UNTIL expression (OPEN_BRACE eventHandler* CLOSE_BRACE)?);
dueStatement: DUE expression handlers?;
body: block | togetherStatement | forEachStatement | sweepStatement | repeatStatement;
repeatStatement: REPEAT UP TO NUMBER TIMES handedOn? block otherwiseBlock?;
againStatement: AGAIN handedOn?;
// What one round hands to the next.
handedOn: WITH handed (COMMA handed)*;
handed: name ASSIGN expression;

throughoutStatement: THROUGHOUT OPEN_BRACE (eventHandler | fallback)* CLOSE_BRACE;
eventHandler: ON EVENT eventPattern handlerBody;
// What happens when a call to one of these systems ends so, and says nothing of its own.
fallback: ON causes=names OF systems=names handlerBody;
eventPattern: qualified (OPEN_PAREN (binding (COMMA binding)*)? CLOSE_PAREN)? (WHERE expression)?;
binding: variable=name (COLON field=name)?;

waitUntilStatement: WAIT UNTIL expression ifLate? (OPEN_BRACE eventHandler* CLOSE_BRACE)?;
ifLate: IF LATE (CONTINUE | SKIP_ | failStatement);
waitEventStatement: WAIT FOR EVENT eventPattern (WITHIN expression)? (AS name)? handlers?;
raiseStatement: RAISE (AND WAIT)? qualified arguments (WITHIN expression)? (AS result=name)? handlers?;
yieldStatement: YIELD expression;
skipStatement: SKIP_;
finishStatement: FINISH name arguments?;
failStatement: FAIL name arguments? (AND (COMPENSATE | KEEP))?;

handlers: OPEN_BRACE handler* CLOSE_BRACE;
handler: ON cause (COMMA cause)* handlerBody;
// What went wrong and, behind `run`, the values that the other workflow ended with.
cause: name (OPEN_PAREN binding (COMMA binding)* CLOSE_PAREN)?;
handlerBody: OPEN_BRACE statement* handlerEnd? CLOSE_BRACE;
handlerEnd
  : THEN RETRY                                                              # RetryEnd
  | THEN SKIP_                                                              # SkipEnd
  | THEN CONTINUE (WITH expression)?                                        # ContinueEnd
  | THEN ASK AGAIN                                                          # AskAgainEnd
  | THEN AGAIN handedOn?                                                    # AgainEnd
  | THEN WAIT UNTIL expression                                              # WaitUntilEnd
  | THEN failStatement                                                      # FailEnd
  | THEN finishStatement                                                    # FinishEnd
  ;

// ---------------------------------------------------------------- expressions, loosest first

expression: conditional | disjunction;
conditional: WHEN condition=disjunction THEN then=expression OTHERWISE otherwise=expression;
disjunction: conjunction (OR conjunction)*;
conjunction: negation (AND negation)*;
negation: NOT* comparison;
comparison: orElse ((compareOperator orElse)+ | NOT? IN orElse | IS (PRESENT | ABSENT))?;
compareOperator: EQUAL | NOT_EQUAL | LESS | LESS_EQUAL | GREATER | GREATER_EQUAL;
orElse: relative (OR_ELSE ELSE relative)*;
relative: moment ((BEFORE | AFTER) moment)?;
moment: additive (AT additive (ZONE postfix)?)?;
additive: multiplicative ((PLUS | MINUS) multiplicative)*;
multiplicative: unary ((STAR | SLASH) unary)*;
unary: MINUS* postfix;
postfix: primary (DOT name | arguments | lookup)*;
lookup: OPEN_BRACKET expression CLOSE_BRACKET;

primary
  : NUMBER UNIT                                                             # QuantityLiteral
  | NUMBER BUSINESS UNIT                                                    # BusinessLiteral
  | BUSINESS UNIT ON OR (AFTER | BEFORE) postfix (WITHIN ITS name)?         # BusinessDayValue
  | CURRENCY NUMBER                                                         # MoneyLiteral
  | PERCENT                                                                 # PercentLiteral
  | NUMBER                                                                  # NumberLiteral
  | DATE                                                                    # DateLiteral
  | TIME                                                                    # TimeLiteral
  | TEXT                                                                    # TextLiteral
  | (YES | NO)                                                              # BoolLiteral
  | ABSENT                                                                  # AbsentLiteral
  | name                                                                    # NameValue
  | OPEN_PAREN expression CLOSE_PAREN                                       # Parenthesised
  | OPEN_BRACKET (expression (COMMA expression)*)? CLOSE_BRACKET            # ListValue
  | ROUND additive TO NUMBER PLACES roundingMode                            # RoundValue
  | ALLOCATE additive OVER postfix BY additive                              # AllocateValue
  | aggregate OF value=expression FOR EACH name IN postfix (WHERE where=expression)?  # AggregateEach
  | aggregate OF postfix                                                    # AggregateList
  | kind=name OF key=expression TO value=expression FOR EACH each=name IN list=postfix (WHERE where=expression)?  # MapValue
  ;
roundingMode: HALF EVEN | HALF UP | UP | DOWN;
aggregate: COUNT | FIRST | SUM | MINIMUM | MAXIMUM | ANY | ALL;
