// The syntax tree: plain structs, one per construct, as the author wrote it. No ANTLR type appears here.
// Names are unresolved text; sema turns this tree into the typed tree of compiler/sema/typed.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/base/source.h"
#include "runtime/value/recurrence.h"

namespace endcap::ast {

struct Name {          // `promo`, or a quoted name without its backticks
  std::string text;
  Span span;
};

struct QualifiedName { // `Price.activate`, `retail.estate`, `au.trading`
  std::vector<Name> parts;
  Span span;
  std::string text() const;  // joined by dots
};

// ---------------------------------------------------------------- types

struct TypeRef;
using TypePtr = std::unique_ptr<TypeRef>;

// Text(10), Decimal(13, 3), Money<AUD>, Qty<ea>, Percent(5, 2), list of Store, map of StoreId to Qty<ea>, optional Date, Promotion, grant of Price.activate for Store
struct TypeRef {
  Span span;
  enum class Form : uint8_t { Named, ListOf, Optional, GrantOf, MapOf } form = Form::Named;
  Name name;                          // Named
  std::vector<Name> angle;            // currency or unit in <...>; `?` for Money<?>
  std::vector<uint32_t> parameters;   // numbers in (...)
  TypePtr element;                    // ListOf, Optional; MapOf: the values; GrantOf: what it is for one each of; null: one write
  TypePtr key;                        // MapOf
  QualifiedName operation;            // GrantOf
};

// ---------------------------------------------------------------- expressions

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

struct Argument {                     // `store: plan.store` or positional
  std::optional<Name> name;
  ExprPtr value;
};

struct NumberLit { std::string text; };                              // digits with `_` removed: "1299.00"
struct PercentLit { std::string text; };                             // 12%  -> "12"
struct MoneyLit { std::string currency; std::string text; };         // AUD 1_299.00
struct QuantityLit { std::string unit; std::string text; };          // 40 ea
struct DurationLit { std::string text; std::string unit; bool business = false; };  // 4 business hours: "hours" -> unit in singular: s min hour day week
struct DateLit { std::string text; };                                // 2026-12-01
struct TimeLit { std::string text; };                                // 06:00
struct TextLit { std::string text; };                                // unescaped UTF-8
struct BoolLit { bool value = false; };                              // yes, no
struct AbsentLit {};                                                 // `absent`: only in `is absent` and as a given optional
struct NameExpr { Name name; };
struct FieldExpr { ExprPtr object; Name field; };                    // promo.price; also enum values Priority.high
struct CallExpr { QualifiedName callee; std::vector<Argument> arguments; };  // max(a, b), Plan(store: s), margin(promo)
enum class UnaryOp : uint8_t { Negate, Not };
struct UnaryExpr { UnaryOp op; ExprPtr operand; };
enum class BinaryOp : uint8_t { Add, Subtract, Multiply, Divide, And, Or };
struct BinaryExpr { BinaryOp op; ExprPtr left, right; };
enum class CompareOp : uint8_t { Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual };
struct CompareExpr {                  // 8% <= m < 12%: operands.size() == ops.size() + 1
  std::vector<ExprPtr> operands;
  std::vector<CompareOp> ops;
};
struct MembershipExpr { ExprPtr element, list; bool negated = false; };         // article in promo.articles
struct PresenceExpr { ExprPtr operand; bool present = true; };                  // x is present | x is absent
struct DefaultExpr { ExprPtr operand, fallback; };                              // x or else y: answers an optional
struct ConditionalExpr { ExprPtr condition, then, otherwise; };                 // when c then a otherwise b
struct MomentExpr { ExprPtr date, time, zone; };                                // launch at 06:00 zone store.timeZone
struct RelativeExpr { ExprPtr duration; bool before = true; ExprPtr anchor; };  // 2 days before promo.launch
// business day on or after promo.launch | on or before .. | on or after .. within its month
enum class DayConvention : uint8_t { Following, Preceding, ModifiedFollowing };
struct BusinessDayExpr { ExprPtr date; DayConvention convention = DayConvention::Following; };
enum class RoundingMode : uint8_t { HalfEven, HalfUp, Up, Down };
struct RoundExpr { ExprPtr operand; uint32_t scale = 0; RoundingMode mode; };   // round x to 2 places half even
struct ListExpr { std::vector<ExprPtr> elements; };                             // [a, b]
struct AllocateExpr { ExprPtr amount, list, weight; };                          // allocate a over stores by it.area
// Aggregates over a list: `count of xs` (no value, no variable), `sum of x.units for each x in xs where x.urgent`
enum class AggregateOp : uint8_t { Count, First, Sum, Minimum, Maximum, Any, All };
struct AggregateExpr { AggregateOp op; ExprPtr value; std::optional<Name> variable; ExprPtr list, where; };
struct MapExpr { ExprPtr key, value; Name variable; ExprPtr list, where; };     // map of x.id to x.units for each x in xs where x.urgent
struct LookupExpr { ExprPtr map, key; };                                        // units[store.id]
struct ErrorExpr {};                  // where the parser gave up; says nothing more

struct Expr {
  Span span;
  std::variant<ErrorExpr, NumberLit, PercentLit, MoneyLit, QuantityLit, DurationLit, DateLit, TimeLit, TextLit, BoolLit,
               AbsentLit, NameExpr, FieldExpr, CallExpr, UnaryExpr, BinaryExpr, CompareExpr, MembershipExpr, PresenceExpr,
               DefaultExpr, ConditionalExpr, MomentExpr, RelativeExpr, BusinessDayExpr, RoundExpr, ListExpr, AllocateExpr, AggregateExpr,
               MapExpr, LookupExpr>
      node;
};

// ---------------------------------------------------------------- statements

struct Stmt;
struct Block {
  std::vector<Stmt> statements;
  Span span;
};

// How a handler ends: `then retry`, `then skip`, `then continue [with v]`, `then fail X and compensate`, `then ask again`,
// `then again`, `then wait until MOMENT`. `finish`, `fail`, `skip` statements end a block too.
struct HandlerEnd {
  enum class Form : uint8_t { Retry, Skip, Continue, AskAgain, WaitUntil, Again } form;
  ExprPtr value;                      // Continue with, WaitUntil
  Span span;
};

struct Binding { Name name; std::optional<Name> field; };         // `article` | `mine: article`

// `on rejected, expired { ... then skip }`: names are rejected|expired|changed|unavailable|invalid|late or a declared rejection;
// behind `run`, what the other workflow ended in, `on TooDear(price) { ... }`.
struct Handler {
  std::vector<Name> causes;
  std::vector<Binding> bindings;      // of all its causes
  Block body;                         // without the `then ...`
  std::optional<HandlerEnd> end;
  Span span;
};

// `on event E(a, b) where cond { ... }`: binds fields of the event by name (or `mine: field`: name `mine`, field `field`).
struct EventPattern {
  QualifiedName event;
  std::vector<Binding> bindings;
  ExprPtr where;                      // null: every such event
  Span span;
};
struct EventHandler {
  EventPattern pattern;
  Block body;
  std::optional<HandlerEnd> end;
  Span span;
};

// `on unavailable of erp, shop { ... then retry }` in `throughout`: for every call to them that has no handler of its own.
struct Fallback {
  std::vector<Name> causes, systems;
  Block body;
  std::optional<HandlerEnd> end;
  Span span;
};

struct Read {                         // read promo.stores | read Stock(a, b) | read Promotion(id) | reread promo
  ExprPtr source;                     // FieldExpr (navigation), CallExpr (operation or view by key), NameExpr (reread)
  bool again = false;
  std::vector<Handler> handlers;
};
struct Call {                         // Price.activate(promo, store)
  QualifiedName operation;
  std::vector<Argument> arguments;
  Span span;
};
struct Propose {                      // propose CALL undo CALL | propose CALL and keep | propose for each x in xs where c { CALL undo CALL }
  std::optional<Name> variable;
  ExprPtr list, where;
  Call call;
  std::optional<Call> undo;
  bool keep = false;                  // `and keep`: it stays, whatever takes back what else was written
};

struct Ask { Call call; ExprPtr alternative; };  // ask UpliftModel(a, b) or else c; the alternative is mandatory; null when missing

struct LetStmt { Name name; TypePtr type; std::variant<ExprPtr, Read, Propose, Ask> value; };
struct AskStmt { Ask ask; };          // an ask whose answer nobody uses: refused by sema
struct ReadStmt { Read read; };       // a read whose value nobody uses: refused by sema
struct NotifyStmt { Call call; std::vector<Handler> handlers; };
// What people fill in, and what it comes with.
struct Form { Name record; std::vector<Argument> prefilled; Span span; };
struct ApproveStmt {
  std::vector<Name> proposals;
  std::vector<QualifiedName> policies;  // under MarginGate, LegalGate
  Name grant;                         // as pricing
  ExprPtr valid_until;                // mandatory; null when missing
  ExprPtr within;                     // mandatory; null when missing
  ExprPtr remind_after;
  struct Escalation { Name role; ExprPtr after; Span span; ExprPtr scope = nullptr; };  // scope: of exceptions
  std::vector<Escalation> escalations;
  std::optional<Span> by_line;        // decided line by line, and not as a whole
  std::optional<Form> counter;        // counter PriceOffer(price: promo.price): what people may offer in its place
  struct Reason { bool rejection = false, approval = false; TypePtr type; Span span; };
  std::vector<Reason> reasons;        // reason for rejection MarginReason required: what who decides so has to give
  std::vector<Handler> handlers;
};
struct WriteStmt { Name grant; ExprPtr target; std::vector<Handler> handlers; };  // write pricing for store
// task CountShelf(plan: plan) to StoreOps within 4 business hours as count { answers ShelfCount(counted: 40 ea)  on expired {...} }
struct TaskStmt {
  Name name;
  std::vector<Argument> arguments;
  Name role;
  ExprPtr scope;                      // to StoreOps(store.region); null: the whole role
  ExprPtr within;                     // mandatory; null when missing
  std::optional<Name> result;
  std::optional<Form> answers;
  std::vector<Handler> handlers;
};
struct RunStmt {                      // run Activate(promo, pricing for store) as done { on Rejected(reason) {..} }
  QualifiedName workflow;
  std::vector<Argument> arguments;
  std::vector<ExprPtr> targets;       // one an argument: of a grant, the element it is given for; null: none
  std::optional<Name> result;
  std::vector<Handler> handlers;
};
struct WhenStmt {                     // when c {..} otherwise when d {..} otherwise {..}
  struct Arm { ExprPtr condition; Block body; };
  std::vector<Arm> arms;
  std::optional<Block> otherwise;
};
struct MatchStmt {                    // match priority { | critical, high {..} | otherwise {..} }; also `present as x`, `absent`
  ExprPtr subject;
  struct Arm { std::vector<Name> values; std::optional<Name> binding; bool otherwise = false; Block body; Span span; };
  std::vector<Arm> arms;
};
struct ForEachStmt {                  // and: sweep store in stores, article in articles where c parallel 50 {..}
  Name variable;
  ExprPtr list, where;
  struct Inner { Name variable; ExprPtr list; };
  std::vector<Inner> inner;           // sweep: the lists behind the first
  bool sweep = false;
  std::optional<uint32_t> parallel;   // absent: one after the other
  std::optional<Name> tolerate;       // as written: "2%", "3"
  std::optional<Name> collect;
  Block body;
  std::optional<Block> otherwise;     // tolerate: when more failed
};
struct Handed { Name name; ExprPtr value; };  // what one round hands to the next: price = offer
struct RepeatStmt {                   // repeat up to 3 times with price = promo.price {..} otherwise {..}
  uint32_t times = 0;
  std::vector<Handed> with;           // of the first round
  Block body;
  std::optional<Block> otherwise;     // mandatory
};
struct AgainStmt { std::vector<Handed> with; };  // the next round; what is not named stays as it is
struct TogetherStmt {
  struct Branch { Name name; Block body; Span span; };
  std::vector<Branch> branches;
};
struct StepStmt { Name name; Block body; };                    // `step activate together {..}` has one TogetherStmt in body
struct StepUntilStmt { Name name; ExprPtr until; std::vector<EventHandler> handlers; };  // step inFlight until M { on event .. }
struct DueStmt { ExprPtr moment; std::vector<Handler> handlers; };                       // due M { on late {..} }
struct ThroughoutStmt { std::vector<EventHandler> handlers; std::vector<Fallback> fallbacks; };
struct WaitUntilStmt {
  ExprPtr moment;
  enum class IfLate : uint8_t { Missing, Continue, Skip, Fail } if_late = IfLate::Missing;
  std::unique_ptr<Stmt> late_fail;    // the FailStmt of `if late fail X`
  std::vector<EventHandler> handlers;
};
struct WaitEventStmt {                // wait for event E(a) where c within 2 business days as answer { on expired {..} }
  EventPattern pattern;
  ExprPtr within;                     // mandatory; null when missing
  std::optional<Name> result;
  std::vector<Handler> handlers;
};
struct RaiseStmt {                    // raise PublishNoAck(promo.id, store) | raise and wait X(a) within 4 hours as answer { on expired {...} }
  QualifiedName exception;
  std::vector<Argument> arguments;
  bool waits = false;
  ExprPtr within;                     // null when it is not said
  std::optional<Name> result;         // names the wait
  std::vector<Handler> handlers;
};
struct YieldStmt { ExprPtr value; };
struct SkipStmt {};
struct FinishStmt { Name outcome; std::vector<Argument> arguments; };
struct FailStmt {
  Name outcome;
  std::vector<Argument> arguments;
  enum class Undo : uint8_t { Unsaid, Compensate, Keep } undo = Undo::Unsaid;
};
struct ErrorStmt {};  // a statement of a later release, refused by the parser

struct Stmt {
  Span span;
  std::variant<ErrorStmt, LetStmt, ReadStmt, AskStmt, NotifyStmt, ApproveStmt, WriteStmt, TaskStmt, RunStmt, WhenStmt, MatchStmt,
               ForEachStmt, RepeatStmt, AgainStmt, TogetherStmt, StepStmt, StepUntilStmt, DueStmt, ThroughoutStmt, WaitUntilStmt,
               WaitEventStmt, RaiseStmt, YieldStmt, SkipStmt, FinishStmt, FailStmt>
      node;
};

// ---------------------------------------------------------------- declarations

struct UseDecl {
  enum class What : uint8_t { Module, System, Calendar } what;
  QualifiedName name;
};
struct TypeDecl { Name name; TypePtr type; ExprPtr where; };     // type StoreId = Text(4); type Share = Percent(5, 2) where 0% <= it
struct RoleDecl {                                                 // role StoreOps by Text(3) with calendar au.stores
  std::vector<Name> roles;
  TypePtr by;                                                    // null when nothing narrows it
  std::optional<QualifiedName> calendar;                         // by which their business time counts
};
struct ConflictDecl { Name left, right; };                       // conflict Merchandiser with FinanceManager
struct ViewField {
  Name name;
  TypePtr type;
  Name source;                                                   // the schema's property or navigation
  std::optional<Name> unit_source;                               // `in PriceCurrency`
  bool required = false;
  bool advice = false;
  std::optional<Name> data_class;                                // class personal
  Span class_span;                                               // of both words; invalid without them
  Span span;
};
struct ViewDecl {
  Name name;
  Name system, entity;                                           // of erp.A_RetailPromotion
  std::vector<Name> key;
  std::optional<Name> data_class;                                // of every field that does not say its own
  ExprPtr fresh;                                                 // fresh within 1 day: how long what is read counts; null: not said
  std::vector<ViewField> fields;
};
struct Parameter { Name name; TypePtr type; Span span; };
struct FieldAssign { Name field; ExprPtr value; std::optional<Name> unit_field; Span span; };  // F: x in UnitF
struct OperationDecl {
  QualifiedName name;                                            // Price.activate
  std::vector<Parameter> parameters;
  TypePtr result;
  enum class Class : uint8_t { Missing, Read, Notify, Write } operation_class = Class::Missing;
  enum class Form : uint8_t { Get, Query, Create, Update, Call } form = Form::Get;
  Name target;                                                   // entity set, function import or action
  std::vector<FieldAssign> key;                                  // in (...)
  std::vector<FieldAssign> body;                                 // in {...}
  struct By { QualifiedName mapping; ExprPtr value; };           // by ListingOf(promo)
  std::optional<By> by;                                          // in place of a body: create, update
  enum class Strategy : uint8_t { Missing, Idempotent, Keyed, Queryable, Unsafe } strategy = Strategy::Missing;
  std::optional<Name> strategy_field;
  std::optional<Name> owner;
  struct Limit { uint32_t count = 0; Name per; };
  std::optional<Limit> limit;
  struct Batch { uint32_t size = 0; Span span; };                // in batches of 100
  std::optional<Batch> batch;
  std::vector<Name> rejections;
  ExprPtr fresh;                                                 // of a read: fresh within 1 hour; null: as its view
  std::optional<Name> data_class;                                // the most that may be given to it
  Span brace;                                                    // its `{`
  Span span;
};
struct EventDecl {
  Name name;
  struct Field { Name name; TypePtr type; Name source; std::optional<Name> unit_source; Span span; };
  std::vector<Field> fields;
  std::string type;                                              // CloudEvents `type`
  Span type_span;
  std::optional<Name> data_class;                                // of every field
  Span span;
};
struct SystemDecl { Name name; std::vector<OperationDecl> operations; std::vector<EventDecl> events; };
struct RecordDecl { Name name; std::vector<Parameter> fields; };
struct EnumDecl { Name name; std::vector<Name> values; };
struct FunctionDecl { Name name; std::vector<Parameter> parameters; TypePtr result; ExprPtr body; };
// mapping M from A to R { field: value ... }: a function of `it`, which gives every field of a record, or every property of a system's
// entity: mapping M from A to shop.Listings { sku: it.article  price: it.price in currency ... }.
struct MappingDecl {
  Name name;
  TypePtr from, to;                                              // `to`: null where it is an entity
  struct Field { Name name; ExprPtr value; };
  std::vector<Field> fields;
  struct Entity { Name system, set; std::vector<FieldAssign> fields; Span body; };
  std::optional<Entity> entity;
};
// table T(a: A, b: B) -> R { | a | b | r | ... }: the header names inputs and results, a row says when it applies and what it gives.
struct TableCell {
  enum class Form : uint8_t { Any, Otherwise, Present, Compare, Interval, Values } form = Form::Any;
  CompareOp op = CompareOp::Equal;                               // Compare: of values[0]
  CompareOp lower = CompareOp::GreaterEqual, upper = CompareOp::Less;  // Interval: of values[0] and values[1]
  std::vector<ExprPtr> values;                                   // Values: any of them; one in a result cell
  Span span;
};
struct TableRow { std::vector<TableCell> cells; Span span; };
struct TableDecl {
  Name name;
  std::vector<Parameter> parameters;
  TypePtr result;
  std::optional<Name> file;                                      // its header and rows stand there, and not below
  std::vector<Name> header;
  std::vector<TableRow> rows;
};
struct PolicyRow {
  enum class Verdict : uint8_t { Permit, PermitAdvice, Approval, Forbid } verdict;
  std::vector<Name> roles;                                       // Approval
  std::string reason;                                            // Forbid
  ExprPtr condition;                                             // null: otherwise
  struct Budget { ExprPtr limit, amount, account; Span span; };  // `up to 500 ea of units per promo.id`; null: not said
  std::optional<Budget> budget;
  Span span;
};
struct PolicyDecl {
  Name name;
  std::vector<QualifiedName> governs;
  std::vector<Parameter> parameters;
  struct Let { Name name; ExprPtr value; };
  std::vector<Let> lets;
  std::vector<PolicyRow> rows;
  struct StandIn { Name stand_in, role; };
  std::vector<StandIn> stand_ins;
};
// advisor UpliftModel(a: A) -> R { timeout 30 s  fresh within 1 day  confidence at least 60% }
struct AdvisorDecl {
  Name name;
  std::vector<Parameter> parameters;
  TypePtr result;                                                // null: missing
  ExprPtr timeout;                                               // mandatory; null when missing
  ExprPtr fresh;                                                 // null: an answer of any age
  struct Confidence { std::string text; Span span; };            // "60"
  std::optional<Confidence> confidence;
  std::optional<Name> data_class;                                // the most that may be asked with
};
struct UpgradeClause {                // upgrades from 2 { step stockCheck becomes coverage  let urgent = no }
  struct Rename { bool step = false; QualifiedName before, after; };
  struct Default { Name name; ExprPtr value; Span span; };  // no value: `= reread`
  uint32_t from = 0;
  Span from_span;
  std::vector<Rename> renames;
  std::vector<Default> defaults;
  Span span;
};

struct WorkflowDecl {
  Name name;
  std::vector<Parameter> parameters;
  std::vector<ExprPtr> key;                                      // empty when missing
  std::optional<uint32_t> version;
  std::vector<UpgradeClause> upgrades;
  Block body;
};

// exception X(a: A) key (a) severity high owner R { respond within 4 hours escalate to D after 2 hours on expired {...} }
struct ExceptionDecl {
  Name name;
  std::vector<Parameter> parameters;
  std::vector<Name> key;                                         // empty when missing
  std::optional<Name> severity, owner;                           // mandatory
  ExprPtr owner_scope;
  std::optional<uint32_t> version;
  ExprPtr within;                                                // mandatory; null when missing
  ExprPtr remind_after;
  std::vector<ApproveStmt::Escalation> escalations;
  std::optional<Call> resolve_by;                                // a workflow
  std::vector<Handler> handlers;
};

// every business day at 06:00 zone "Australia/Sydney"
struct RecurrenceRule {
  Recurrence::Days days = Recurrence::Days::Every;
  std::vector<Name> weekdays;                                    // Weekdays: "monday"
  uint32_t day_of_month = 0;                                     // DayOfMonth
  Span days_span;
  std::string at;                                                // "06:00"
  Span at_span;
  std::optional<Name> zone;                                      // mandatory
};
// schedule S starts W(day) { every business day at 06:00 zone "Australia/Sydney" if late start }
struct ScheduleDecl {
  Name name;
  Call starts;                                                   // a workflow
  std::optional<RecurrenceRule> rule;                            // mandatory
  enum class IfLate : uint8_t { Unsaid, Start, Skip } if_late = IfLate::Unsaid;  // mandatory
};

struct PartnerDecl { std::vector<Name> partners; TypePtr by; };    // partner Marketplace by Text(10): null when nothing narrows it
// interface I version 2 for P deprecated D until E { operation o(a: A) for a sends E(a)  quota 600 per hour }
struct InterfaceDecl {
  Name name;
  uint32_t version = 0;
  Span version_span;
  Name partner;
  struct Deprecated { std::string from, until; Span from_span, until_span; };  // dates
  std::optional<Deprecated> deprecated;
  struct Operation {
    Name name;
    std::vector<Parameter> parameters;
    std::optional<Name> scope;                                   // the parameter that names for whom
    enum class What : uint8_t { Sends, Starts } what = What::Sends;
    Call call;                                                   // an event, a workflow
    Span span;
  };
  std::vector<Operation> operations;
  struct Quota { uint32_t count = 0; Name per; Span span; };
  std::optional<Quota> quota;                                    // mandatory
};

// What routes and syncs have in common: `E from erp to shop via M { where c  writes Op under P  parallel 20 }`
struct Delivery {
  Name name;
  QualifiedName what;                                            // an event; of a sync: a view
  Name from, to;                                                 // systems
  QualifiedName mapping;
  ExprPtr where;                                                 // null: all of them
  enum class Does : uint8_t { Unsaid, Writes, Notifies } does = Does::Unsaid;  // mandatory
  QualifiedName operation;
  std::vector<QualifiedName> policies;
  struct Parallel { uint32_t count = 0; Span span; };
  std::optional<Parallel> parallel;
};
struct RouteDecl { Delivery delivery; };
// sync S: V from erp to shop via M { on E(id)  writes Op under P  compares W  reconcile every day at 02:00 zone "UTC" over Op() }
struct SyncDecl {
  Delivery delivery;
  struct Change {                                                // `on E(id)`, `on E(id: article)`: the key, and which field has it
    QualifiedName event;
    std::vector<Binding> key;
    Span span;
  };
  std::vector<Change> changes;
  std::optional<QualifiedName> compares;                         // a view
  struct Reconcile { RecurrenceRule rule; Call over; };
  std::optional<Reconcile> reconcile;                            // mandatory
};

// ---------------------------------------------------------------- tests

struct TestMoment {                   // 2026-11-20 09:00 zone "Australia/Sydney"
  std::string date, time;
  std::optional<std::string> zone;    // absent: the one the test started in
  Span span;
};
struct About {                        // for "1001" | for every Store
  std::string text;
  std::optional<Name> every;
  Span span;
};
struct TestCount {                    // once | 3 times | always | never
  enum class Form : uint8_t { Unsaid, Exactly, Always } form = Form::Unsaid;
  uint32_t count = 0;
  Span span;
};
struct GivenStmt {                    // given Store(id: "1001" to "1003", region: "NSW")
  struct Field {
    Name name;
    ExprPtr value, last;              // `value to last`: one entity each
    std::optional<Name> every;        // `stores: every Store`
    Span span;
  };
  Name view;
  std::vector<Field> fields;
};
struct AnswersStmt {                  // given UpliftModel(article: "AC-100") answers [..] with confidence 40%
  Name advisor;
  std::vector<Argument> arguments;    // those that matter, by name; none: whatever it is asked
  ExprPtr value;
  std::optional<AdvisorDecl::Confidence> confidence;
};
struct BecomesStmt {                  // Promotion("P-1").landedCost becomes AUD 93.00
  Name view;
  std::vector<Argument> key;
  Name field;
  ExprPtr value;
};
struct StartStmt { QualifiedName workflow; std::vector<Argument> arguments; TestMoment at; };
struct StartScheduleStmt { QualifiedName schedule; TestMoment at; };  // start schedule MorningAudit at 2026-11-20 05:00
struct StartCarrierStmt { bool sync = false; QualifiedName carrier; TestMoment at; };  // start route CountsOnline at 2026-11-20 05:00
struct AfterStmt { ExprPtr duration; std::optional<TestMoment> until; };  // one of them
struct SendStmt { QualifiedName event; std::vector<Argument> arguments; };
struct CallsStmt {                    // Marketplace calls Offers.optIn(seller: "ACME") of version 1 as "acme" and is refused
  Name partner;
  QualifiedName operation;            // of an interface
  std::vector<Argument> arguments;
  std::optional<uint32_t> version;    // absent: the newest
  std::optional<TestMoment> at;       // when it begins the story
  std::optional<Name> person;         // of endcap.toml; absent: the first who may
  bool refused = false;
};
struct DecideStmt {                   // FinanceManager approves gate.pricing as "fay" because "..." | StoreOps does Count(counted: 12 ea) | StoreOps delegates Count to "ben"
  enum class Verb : uint8_t { Approves, Rejects, Counters, Does, Delegates } verb;
  Name role;
  bool every = false;
  QualifiedName what;
  std::vector<Argument> answers;      // Does, Counters
  std::vector<Name> except;           // Approves: except for "1003", "1004"
  std::optional<About> about;
  std::optional<std::string> person;
  std::string reason;
  std::optional<Name> choice;         // because costTooHigh, "..."; of the reasons that the approval lists
  std::string remark;                 // behind `choice`
  Span reason_span;                   // of the reason, where one is given
  struct Why { std::string text; std::optional<Name> choice; Span span; };
  std::optional<Why> refused;         // because good except for "1003" because tooThin: why lines are refused, where that is another reason
  std::string to;                     // Delegates
};
struct FaultStmt {                    // Price.activate for "1001" is rejected RecordLocked once
  enum class Kind : uint8_t { Rejected, Unavailable, Invalid, TimesOut, AnswersTooLate } kind;
  QualifiedName subject;              // operation or view
  std::optional<About> about;
  std::optional<Name> rejection;
  TestCount count;
};
struct ExpectStmt {
  enum class What : uint8_t {
    Asked, Granted, Rejected, Refused, Countered, Expired, Reminded, Permitted, Forbidden,  // of an approval; Refused: a line of it
    Task, Write, Notify, Raised, Resolved, Lapsed,  // Lapsed: an exception to which nobody responded
    Answer, Alternative,                            // of an advisor
    Held,                                           // of a route or sync
    Outcome, Fails, Waiting, Suspended, Late
  } what;
  QualifiedName subject;
  std::vector<Argument> values;       // Task, Write, Notify, Outcome, Fails: what it came with, by name
  std::vector<Name> roles;            // Asked, Task
  std::optional<About> about;
  TestCount count;
  std::optional<TestMoment> at;       // to the minute
};
struct TestStmt {
  Span span;
  std::variant<GivenStmt, AnswersStmt, BecomesStmt, StartStmt, StartScheduleStmt, StartCarrierStmt, AfterStmt, SendStmt, CallsStmt, DecideStmt, FaultStmt, ExpectStmt> node;
};
struct TestDecl {                     // test "a late approval goes to the director" { ... }
  Name title;
  std::vector<TestStmt> statements;
};

// A construct of the whole language that this release does not have yet; `what` is its keyword. The parser has refused it by name.
struct LaterDecl { std::string what; std::optional<Name> name; };
// A declaration that can't be read; what it declares, where that much was legible, so that its uses need not be called unknown.
struct ErrorDecl { std::optional<Name> name; };

struct Decl {
  Span span;
  std::variant<ErrorDecl, UseDecl, TypeDecl, RoleDecl, ConflictDecl, ViewDecl, SystemDecl, RecordDecl, EnumDecl, FunctionDecl, MappingDecl,
               TableDecl, PolicyDecl, AdvisorDecl, WorkflowDecl, ExceptionDecl, ScheduleDecl, PartnerDecl, InterfaceDecl, RouteDecl, SyncDecl,
               TestDecl, LaterDecl>
      node;
};

struct Module {
  SourceId source;
  std::optional<QualifiedName> name;  // `module retail.estate`
  std::vector<Decl> declarations;
};

}  // namespace endcap::ast
