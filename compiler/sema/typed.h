// The typed tree: what a program means. Every name is resolved, every expression has a type and a trust label, sugar is gone.
// Names and types passes make it; later passes (units, advice, grants, deadlines ...) read and annotate it; lowering turns it into
// Flow IR without asking a question again. Types, operations, views, events and policies are already in their run-time form
// (abi::Program), so that both sides agree by construction.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "compiler/base/ids.h"
#include "compiler/base/source.h"
#include "compiler/syntax/ast.h"
#include "runtime/abi/program.h"

namespace endcap::sema {

using abi::Trust;
using abi::TypeId;

struct LocalTag;
using LocalId = Id<LocalTag>;           // a `let`, parameter, loop variable, binding or collected list; one workflow's table
struct FunctionTag;
using FunctionId = Id<FunctionTag>;
struct PolicyTag;
using PolicyId = Id<PolicyTag>;

struct Local {
  std::string name;
  TypeId type = abi::kNoType;
  Span span;
  Trust trust = Trust::Trusted;         // set by the advice pass
  std::string advice_path;              // why it is advice: "forecast of StockPosition -> gap of Plan"; empty when trusted
  abi::Parts advised = {};              // and which parts of it
  // A frozen proposal or grant: what it covers. Set for locals of type Proposal or Grant.
  struct ProposalInfo {
    uint32_t operation = 0;             // index in Program::abi.operations
    std::optional<uint32_t> undo;
    bool keep = false;                  // told to stay: it has no undo on purpose
    bool for_each = false;
    TypeId element = abi::kNoType;      // of the list it was proposed for
  };
  std::optional<ProposalInfo> proposal;
  std::vector<LocalId> grant_of;        // Grant: the proposals, in order
  bool by_line = false;                 // Grant: lines of it may have been refused
  std::vector<abi::Parts> grant_knows = {};  // Grant: of each proposal, see abi::WaitPoint::ProposalRef::knows; set by the advice pass
};

// ---------------------------------------------------------------- expressions

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

struct Literal { abi::Cell cell; };                        // any scalar type, already scaled to the expression's type
struct TextLiteral { std::string text; };                  // Text and Zone
struct RatioLiteral { Int128 numerator, denominator; };
struct LocalRef { LocalId local; };
struct FieldOf { ExprPtr record; uint32_t field = 0; };
struct MakeRecord { std::vector<ExprPtr> fields; };        // of Expr::type, in field order
struct MakeList { std::vector<ExprPtr> elements; };
struct MakeOptional { ExprPtr value; };                    // null: absent
struct CallFunction { FunctionId function; std::vector<ExprPtr> arguments; };
enum class Operator : uint8_t {
  // Int, Decimal, Percent, Money, Quantity, Duration of one type and scale
  Add, Subtract, Negate,
  Multiply,                                                // Decimal-like x Decimal or Int: exact at the scale of Expr::type
  MultiplyRatio,                                           // Decimal-like x Ratio, rounded to Expr::type with `rounding`
  Divide,                                                  // two of one kind -> Ratio
  RatioAdd, RatioSubtract, RatioMultiply, RatioDivide,
  ToRatio,                                                 // Decimal, Percent, Int -> Ratio
  Rescale,                                                 // to the scale of Expr::type, exact (widening)
  Round,                                                   // to the scale of Expr::type with `rounding`; from decimal or Ratio
  // comparisons give Bool; operands of one type
  Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual,
  And, Or, Not,                                            // And, Or are short-circuit
  Contains,                                                // list, element
  IsPresent,
  OrElse,                                                  // optional, fallback
  InstantAt,                                               // Date, Time, Zone
  AddDays, SubtractDays,                                   // Date, Int
  DaysBetween,
  AddDuration, SubtractDuration,                           // Instant, Duration
  BusinessAfter, BusinessBefore,                           // BusinessDuration, Instant; `calendar`
  BusinessDay,                                             // Date; `calendar`, `convention`
  Minimum, Maximum,                                        // two of one scalar type
  Conditional,                                             // Bool, a, b: lazy
  Bounded,                                                 // a number that must be within the bounds of Expr::type, or fault
  Allocate,                                                // list, amount, and per element its weight over `variable` -> list of {element, amount}
  Count, First, Sum, ListMinimum, ListMaximum, Any, All,   // list, and per element `body` over `variable` (Count has none)
  Filter,                                                  // list, and what holds of the elements over `variable` that are kept; inside an aggregate
  MakeMap,                                                 // list, and per element its key and its value over `variable`
  Lookup,                                                  // map, key -> optional value
  Concat,
};
struct Operation {
  Operator op;
  std::vector<ExprPtr> operands;
  ast::RoundingMode rounding = ast::RoundingMode::HalfEven;
  uint32_t calendar = 0;
  ast::DayConvention convention = ast::DayConvention::Following;
  LocalId variable;                                        // aggregates
};
struct Invalid {};                                         // already reported

struct Expr {
  Span span;
  TypeId type = abi::kNoType;
  Trust trust = Trust::Trusted;
  std::variant<Invalid, Literal, TextLiteral, RatioLiteral, LocalRef, FieldOf, MakeRecord, MakeList, MakeOptional, CallFunction,
               Operation>
      node;
  abi::Parts advised = {};              // of advice: which parts; not inside functions
};

// ---------------------------------------------------------------- statements

struct Stmt;
struct Block {
  std::vector<Stmt> statements;
  Span span;
  Trust control = Trust::Trusted;       // who decided that it runs: set by the advice pass, as Stmt::control
};

// Where control goes when a handler's body has run.
enum class Next : uint8_t { FallOut, Retry, Skip, Continue, AskAgain, WaitUntil, Again };  // FallOut: the body itself ends (finish, fail, skip)
// Outcome: what a workflow that was run ended in.
enum class Cause : uint8_t { Rejection, Rejected, Unavailable, Invalid, Expired, Changed, Refused, Countered, Outcome };
struct Handler {
  Cause cause;
  std::string name;                     // as written: "InsufficientStock"
  uint32_t rejection = 0;               // Rejection, Outcome: index into the operation's rejections, the workflow's outcomes
  LocalId record;                       // Outcome: its values; Countered: the form; Rejected: its reason; when something uses them
  std::vector<std::pair<LocalId, uint32_t>> bindings;  // local <- field of the record
  bool passed_on = false;               // Outcome: nobody wrote it, the failure becomes one of this workflow
  std::shared_ptr<Block> body;          // shared between the causes of one `on a, b`
  Next next = Next::FallOut;
  std::shared_ptr<Expr> value;          // Continue with, WaitUntil
  Span span;
  Span call;                            // a fallback stands here for this call, and is written elsewhere; invalid: it is written here
  size_t call_prefix = 0;               // of a fallback: how much of its paths is the call's
};

// `on event E(...) where key == x and guard`: the equality with a value known at subscription is the index key.
struct EventPattern {
  uint32_t event = 0;
  LocalId record;                       // the whole event
  std::vector<std::pair<LocalId, uint32_t>> bindings;  // local <- field
  std::optional<uint32_t> key_field;
  ExprPtr key;                          // set with key_field; does not mention the event. A list: any of it
  ExprPtr guard;                        // rest of the condition; null: none
  Span span;
};
struct EventHandler {
  EventPattern pattern;
  Block body;
  Next next = Next::FallOut;
  ExprPtr value;                        // WaitUntil
  bool ends_workflow = false;           // every path finishes or fails
  Span span;
};

struct Let { LocalId local; ExprPtr value; };
struct ReadOperation { LocalId local; uint32_t operation; ExprPtr payload; std::vector<Handler> handlers; };  // payload: MakeRecord of wire fields
struct ReadView { LocalId local; uint32_t view; std::vector<ExprPtr> key; std::vector<Handler> handlers; };   // also `reread`
struct ReadNavigation { LocalId local; uint32_t navigation; std::vector<ExprPtr> key; std::vector<Handler> handlers; };
struct Ask { LocalId local; uint32_t advisor; ExprPtr inputs, alternative; };  // inputs: MakeRecord of the parameters
struct Notify { uint32_t operation; ExprPtr payload; std::vector<Handler> handlers; };
struct Propose {
  LocalId local;                        // of type Proposal
  LocalId variable;                     // invalid: a single leaf
  ExprPtr list, where;
  uint32_t operation;
  ExprPtr payload;
  std::optional<uint32_t> undo;
  ExprPtr undo_payload;
  ExprPtr target;                       // the loop variable; null for a single leaf
  PolicyId policy;                      // the one that governs it
  ExprPtr facts;                        // MakeRecord of the policy's facts
};
// What a person fills in. A field may come with a value, which counts when the person leaves it.
struct TaskForm {
  struct Prefilled { uint32_t field = 0; ExprPtr value; };
  TypeId record = abi::kNoType;
  std::vector<Prefilled> prefilled;
};
struct Escalation { uint32_t role; ExprPtr after, scope; };  // scope: null: the whole role
struct Approve {
  std::vector<LocalId> proposals;
  PolicyId policy;
  LocalId grant;
  ExprPtr valid_until, within, remind;  // remind may be null
  std::optional<uint32_t> calendar;     // by which the business time of those who are asked counts
  std::vector<Escalation> escalations;
  bool by_advice = false;               // a model had a hand in what is asked for; set by the advice pass
  bool by_line = false;                 // a person may refuse single leaves
  std::optional<TaskForm> counter;      // what a person may offer in its place
  abi::WaitPoint::Reasons reasons;      // that are demanded of who decides
  std::vector<Handler> handlers;        // Rejected, Expired, Changed: all three present; Refused: by line; Countered: with `counter`
};
struct Write {
  LocalId grant;
  uint32_t proposal = 0;                // which of the grant's proposals
  ExprPtr target;                       // element; null for a single leaf
  std::vector<Handler> handlers;        // of the write itself; `moved`: Expired, Changed and Refused too
  bool moved = false;                   // by a workflow that was given the grant: what becomes of that is its own to say
  // The approval's handlers for what can happen at a write (Changed, Expired, Refused, and Rejected when asked again).
  const Approve* approval = nullptr;    // null: `moved`
  const Approve* granted = nullptr;     // where it was asked for; null in a workflow that is looked at alone
};
struct Resolver { uint32_t workflow = 0; ExprPtr arguments; Span span; };  // arguments: record of the cells that start it
struct Task {
  std::string name;
  ExprPtr arguments;
  uint32_t role = 0;
  ExprPtr scope;                        // null: the whole role
  std::optional<TaskForm> form;
  LocalId answer;                       // the filled form; invalid: nobody uses it
  ExprPtr within, remind;               // remind may be null
  std::optional<uint32_t> calendar;     // by which the role's business time counts
  std::vector<Escalation> escalations;
  std::optional<Resolver> resolver;     // a workflow whose success does the task
  bool renewed = false;                 // of an exception: raising it again brings new arguments
  std::vector<Handler> handlers;
};
// Another workflow, as a part of this one: its body stands here once more, over this workflow's locals, so that it is checked and made
// for what it is given.
struct Run {
  uint32_t workflow = 0;
  std::string name;                     // "CampaignApproval"
  std::vector<LocalId> parameters;      // of the body
  std::vector<ExprPtr> arguments;
  LocalId result;                       // the record of the one outcome that no handler takes; invalid: not used
  uint32_t result_outcome = 0;
  bool goes_on = false;                 // there is an outcome that no handler takes
  Block body;
  std::vector<Handler> handlers;        // Outcome only; every failure has one
};
struct Raise {
  uint32_t exception = 0;               // index in abi.workflows
  ExprPtr arguments;                    // record of the cells that start it
  bool waits = false;
  ExprPtr within;                       // waits
  std::vector<Handler> handlers;        // waits: Expired
};
struct When { struct Arm { ExprPtr condition; Block body; }; std::vector<Arm> arms; std::optional<Block> otherwise; };
struct Match {                          // enum values, or presence of an optional
  ExprPtr subject;
  struct Arm { std::vector<uint32_t> values; LocalId binding; bool otherwise = false; Block body; };  // optionals: 0 absent, 1 present
  std::vector<Arm> arms;
};
struct ForEach {
  LocalId variable;
  ExprPtr list, where;
  struct Inner { LocalId variable; ExprPtr list; };
  std::vector<Inner> inner;             // a sweep over combinations: the lists behind the first; it is parallel and has a `where`
  uint32_t parallel = 0;                // 0: in sequence
  LocalId collect;
  Block body;
  std::optional<abi::Tolerance> tolerate;  // a `fail` of an element is counted, and ends the element only
  std::optional<Block> otherwise;       // with `tolerate`: more failed; it ends here
};
struct Together { struct Branch { std::string name; Block body; Span span; }; std::vector<Branch> branches; };
// Rounds: the body once, and once more whenever it says `again`, up to `times`; then `otherwise`, which ends.
struct Repeat {
  uint32_t times = 0;
  LocalId round;                        // 1, 2, ...
  std::vector<std::pair<LocalId, ExprPtr>> with;  // what is handed from round to round, and the first one's
  Block body, otherwise;
  std::vector<LocalId> leaving;         // names of the body that are known behind it
};
struct Again { std::vector<std::pair<LocalId, ExprPtr>> with; };  // names of the `repeat` that are other in the next round
struct Step { std::string name; Block body; };
// From here to the end of the step around it; `late` runs beside it once the moment has come.
struct Due { ExprPtr moment; std::optional<Block> late; };
// What is said once for every call to a system: it stands as a Handler at each of those that say nothing of their own. This is for readers:
// the first of them.
struct Fallback { std::string when; std::shared_ptr<const Block> body; Next next = Next::FallOut; };  // when: "unavailable of erp"
struct Throughout { std::vector<EventHandler> handlers; std::vector<std::shared_ptr<const Fallback>> fallbacks; };  // no wait without handlers
struct WaitUntil {
  ExprPtr moment;
  ast::WaitUntilStmt::IfLate if_late;
  std::unique_ptr<Stmt> late_fail;
  std::vector<EventHandler> handlers;
};
struct WaitEvent { EventPattern pattern; ExprPtr within; std::vector<Handler> handlers; };
struct Yield { ExprPtr value; };
struct Skip {};
struct Finish { uint32_t outcome; ExprPtr record; };     // index into WorkflowInfo::outcomes
struct Fail { uint32_t outcome; ExprPtr record; ast::FailStmt::Undo undo; };

struct Stmt {
  Span span;
  std::string path;                     // identity of the wait point, unique in the workflow: "gate.pricing"; empty when it does not wait
  // Set by the advice pass: who decided that it runs, and which proposals of the grants that are held were asked for without knowing it.
  Trust control = Trust::Trusted;
  struct Unasked { LocalId grant, proposal; friend auto operator<=>(const Unasked&, const Unasked&) = default; };
  std::set<Unasked> unasked = {};
  std::variant<Let, ReadOperation, ReadView, ReadNavigation, Ask, Notify, Propose, Approve, Write, Task, Run, When, Match, ForEach,
               Together, Repeat, Again, Step, Due, Throughout, WaitUntil, WaitEvent, Raise, Yield, Skip, Finish, Fail>
      node;
};

// ---------------------------------------------------------------- declarations

struct Function {
  std::string name;
  std::vector<LocalId> parameters;
  TypeId result = abi::kNoType;
  ExprPtr body;
  std::vector<Local> locals;
  Span span;
};

// A decision table: a function whose body asks its rows one after the other; the proofs look at the rows themselves.
struct Table {
  FunctionId function;                  // its locals are those of the conditions
  struct Row { ExprPtr condition; Span span; };  // null condition: otherwise
  std::vector<Row> rows;
  Span span;
};

struct Policy {
  std::string name;
  uint32_t index = 0;                   // in abi.policies
  LocalId facts;                        // its one local: the facts record; row conditions read it by FieldOf
  std::vector<std::pair<LocalId, ExprPtr>> lets;
  struct Row {
    ExprPtr condition;                  // null: otherwise
    Span span;
    std::vector<std::pair<uint32_t, uint32_t>> of = {};  // of a joint policy: policy and row, one each
  };
  std::vector<Row> rows;
  std::vector<Local> locals;
  Span span;
  std::vector<uint32_t> of = {};        // a joint policy: those that must all grant; empty for one that is written
};

struct StartParameter {
  LocalId local;
  std::optional<uint32_t> view;         // given by key and read at the border
  uint32_t first = 0, count = 1;        // its cells among abi::Workflow::parameters
};

// Also an exception: `severity` of its abi::Workflow is set.
struct Workflow {
  std::string name;                     // full
  uint32_t index = 0;                   // in abi.workflows
  std::vector<StartParameter> parameters;
  uint32_t height = 0;                  // how deep the workflows it runs run others; 0: it runs none
  std::optional<uint32_t> calendar;     // index in abi.calendars of the module's `use calendar`: how its business durations count
  std::vector<Local> locals;
  Block body;
  Span span;
  // By outcome: which parts of its record are advice when what it is started with is not. Set by the advice pass.
  std::map<uint32_t, abi::Parts> ends = {};
};

// What a route or a sync makes of one event or entity, without an instance.
struct Delivery {
  std::string name;                     // full
  Span span;                            // of its name
  std::vector<Local> locals;
  LocalId it, made, there;              // the event or entity; what the mapping makes of it; what the other system has, where that is compared
  ExprPtr where;                        // null: all of them
  ExprPtr mapped;                       // of `it`
  ExprPtr payload;                      // of `made`
  struct Asked { PolicyId policy; ExprPtr facts; };
  std::vector<Asked> asked;             // facts: of `made`
  ExprPtr key;                          // compares: record of the key of `there`, of `made`
  ExprPtr same;                         // compares: of `made` and `there`
};

// ---------------------------------------------------------------- tests: values are plain (compiler/sema/plain.h)

struct EntityKey { uint32_t view = 0; std::vector<ExprPtr> key; Span span; };  // in the order of the view's key
struct GivenEntity {
  struct Field { uint32_t field = 0; ExprPtr value, last; };  // `last`: one entity each, counted up from `value`
  struct Entities { uint32_t navigation = 0; bool every = false; std::vector<EntityKey> entities; };
  uint32_t view = 0;
  std::vector<Field> fields;
  std::vector<Entities> navigations;
};
struct GivenAnswer {
  uint32_t advisor = 0;
  std::vector<std::pair<uint32_t, ExprPtr>> inputs;  // parameters that must be so
  ExprPtr value;
  uint32_t confidence = 1'000'000;      // in millionths
};
struct EntityChange { EntityKey entity; uint32_t field = 0; ExprPtr value; };
struct TestStart { uint32_t workflow = 0; std::vector<ExprPtr> arguments; Instant at = 0; };  // one an abi::Workflow::parameters
struct TestSchedule { uint32_t schedule = 0; Instant at = 0; };  // from then on it starts its workflow
struct TestCarrier { bool sync = false; uint32_t carrier = 0; Instant at = 0; };  // from then on the route or sync runs
struct TestTime { ExprPtr duration; std::optional<uint32_t> calendar; Instant until = 0; };  // no duration: until
struct SentEvent { uint32_t event = 0; ExprPtr record; };
struct PartnerCalls {
  uint32_t interface = 0, operation = 0;
  std::vector<std::pair<std::string, ExprPtr>> arguments;                     // of those parameters that are given
  std::string person;                   // empty: the first who answers for it
  std::optional<Instant> at;            // it begins the story
  bool starts_story = false;            // the instance that it starts is the one that the test is about
  bool refused = false;
};
struct About { std::string text; std::optional<uint32_t> every; };            // every: of this view
struct TestValue { std::string field; ExprPtr value; };  // of a record, under the record's name
struct PersonDecides {
  ast::DecideStmt::Verb verb;
  uint32_t role = 0;
  bool every = false;
  std::string what;                     // path of the approval, name of the task
  std::vector<TestValue> answers;       // fields of the task's form
  std::vector<std::string> except;      // Approves: targets of the lines that are refused
  std::optional<About> about;
  std::string person, reason, remark;   // empty person: the role's first
  std::string refused_because;          // why lines are refused; empty: for `reason`
  std::string to;                       // Delegates
  bool work = false;                    // a task, no approval
};
struct SystemFails {
  ast::FaultStmt::Kind kind;
  enum class What : uint8_t { Operation, View, Advisor } what = What::Operation;
  uint32_t target = 0;                  // operation, view or advisor
  std::optional<About> about;
  uint32_t rejection = 0;
  std::optional<uint32_t> count;        // absent: always
};
struct Expectation {
  ast::ExpectStmt::What what;
  std::string subject;                  // path of an approval or wait; name of a task or outcome
  std::vector<TestValue> values;        // of what it comes with: Task, Write, Notify, Outcome, Fails
  uint32_t operation = 0;               // Write, Notify
  uint32_t workflow = 0;                // Raised, Resolved, Lapsed: the exception
  uint32_t advisor = 0;                 // Answer, Alternative
  std::string carrier;                  // Held: full name of the route or sync
  std::vector<uint32_t> roles;
  std::optional<About> about;
  std::optional<uint32_t> count;        // absent: at least once
  std::optional<Instant> at;            // and in this minute
};
struct TestAction {
  Span span;
  std::variant<GivenEntity, GivenAnswer, EntityChange, TestStart, TestSchedule, TestCarrier, TestTime, SentEvent, PartnerCalls, PersonDecides, SystemFails, Expectation> node;
};
struct Test {
  std::string name, module;
  Span span;                            // of its name
  std::string zone;                     // in which its story is told
  std::vector<TestAction> actions;
};

// How much is said with a value: each is more than the one before.
enum class DataClass : uint8_t { Public, Internal, Confidential, Personal };
struct DataMark { DataClass level = DataClass::Internal; Span span = {}; };  // where it is said; nowhere: by default

// Advice that a write may fill in with nobody but a policy deciding.
struct StoredAdvice {
  uint32_t operation = 0, cell = 0;     // of its payload
  bool own = false;                     // the value is advice, and not only that it is written
  std::string path;
  Span span, row;                       // of the approval, and of the row that lets it through
};

// Everything lowering needs. `abi` has types, systems, views, navigations, operations, events, advisors, policies, roles, calendars, texts and
// workflows (name, version, parameters, key, outcomes), schedules, partners, interfaces, routes and syncs filled in; machines come from
// lowering.
struct Program {
  abi::Program abi;
  std::vector<Function> functions;
  std::vector<Table> tables;
  std::vector<Policy> policies;
  std::vector<Workflow> workflows;
  std::vector<Delivery> routes, syncs;  // as abi.routes and abi.syncs
  std::vector<StoredAdvice> stored;     // set by the advice pass; one an operation's cell
  std::map<TypeId, std::vector<DataMark>> data_marks;  // of the records of views and events: one a field
  std::vector<DataClass> operation_classes, advisor_classes;  // the most that may be given to each
  std::map<uint32_t, Duration> fresh_views, fresh_operations;  // how long what is read of them counts; not said: as long as anybody likes
  std::vector<Test> tests;              // not lowered: they run the program and are no part of it
};

}  // namespace endcap::sema
