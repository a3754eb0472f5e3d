// A compiled program as the engine sees it: types, systems, policies, workflows, machines with their wait points, and one entry
// point a machine. The compiler makes it; the engine never sees the compiler.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/abi/context.h"
#include "runtime/abi/parts.h"
#include "runtime/abi/types.h"
#include "runtime/value/calendar.h"
#include "runtime/value/recurrence.h"

namespace endcap::abi {

// ---------------------------------------------------------------- systems

enum class OperationClass : uint8_t { Read, Notify, Write };
enum class OperationForm : uint8_t { Get, Query, Create, Update, Call };
enum class Strategy : uint8_t { Idempotent, Keyed, Queryable, Unsafe };
enum class ReadKind : uint8_t { Operation, View, Navigation };

// How one cell of a payload or view stands on the wire.
struct WireField {
  std::string name;            // the schema's property
  std::string unit_name;       // the sibling property with the currency or unit; empty when none
  std::string edm_type;        // "Edm.Decimal", "Edm.String", "Edm.DateTime", "Edm.Date" ...: how the value is written
  uint8_t scale = 0;           // Edm.Decimal: declared scale
  bool key = false;            // part of the resource path (operations: the (...) part) rather than the body
};

struct ViewField {
  WireField wire;
  bool required = false;
};

struct View {
  std::string name;            // "retail.estate.Promotion"
  uint32_t system = 0;
  std::string entity_set;
  TypeId record = kNoType;     // fields as `fields`, then `as of`
  std::vector<ViewField> fields;
  std::vector<uint32_t> key;   // indices into fields, in the order of the view's key clause
};

// A navigation from a view: `stores: list of Store = to_Stores`. It is a read of its own and not a field of the record.
struct Navigation {
  uint32_t from_view = 0;
  std::string name;            // "stores"
  std::string property;        // "to_Stores"
  uint32_t to_view = 0;
  bool many = true;
  bool required = false;       // one: it leads somewhere, always; else what is read is optional
};

struct Operation {
  std::string name;            // "Price.activate"
  uint32_t system = 0;
  OperationClass operation_class = OperationClass::Read;
  OperationForm form = OperationForm::Get;
  std::string target;          // entity set, function import or action
  bool is_action = false;      // Call: POST rather than GET
  TypeId payload = kNoType;    // Record: one cell a wire field
  std::vector<WireField> fields;
  Strategy strategy = Strategy::Idempotent;
  std::string strategy_field;  // property that carries the key (Keyed, Queryable)
  std::string strategy_edm_type;
  std::string owner;           // role that gets the task when an outcome can't be known
  uint32_t limit_count = 0;    // calls per limit_period; 0: unlimited
  Duration limit_period = 0;
  uint32_t batch_max = 1;      // calls in one request; the limit counts requests
  std::vector<std::string> rejections;  // declared, in order: result detail i means rejections[i]
  std::optional<uint32_t> result_view;
  bool result_many = false;
};

struct Event {
  std::string name;            // "PromotionCancelled"
  std::string type;            // CloudEvents type
  uint32_t system = 0;
  TypeId record = kNoType;
  std::vector<WireField> fields;
};

// Who is asked for advice: a model behind an address of its own, which is no system of record. Whatever it answers is checked against
// `output`, and is advice.
struct Advisor {
  std::string name;            // "UpliftModel": unique in a project, as endcap.toml names it
  TypeId inputs = kNoType;     // Record: its parameters
  TypeId output = kNoType;
  Duration timeout = 0;        // of one ask, all its attempts together
  Duration fresh = 0;          // an answer computed longer ago is not used; 0: of any age
  std::optional<uint32_t> confidence;  // the least that is used, in millionths
};

struct System {
  std::string name;            // "erp"
  std::string protocol;        // "odata-v2" | "odata-v4"
};

// ---------------------------------------------------------------- governance

struct PolicyRow {
  enum class Verdict : uint8_t { Permit, PermitAdvice, Approval, Forbid } verdict;
  std::vector<uint32_t> roles;
  std::string reason;
  // PermitAdvice: what it lets through in all, for each value of a fact. What does not fit is decided by another row.
  struct Budget {
    uint32_t amount = 0, account = 0;  // facts: what is summed, and whose account it is on
    Int128 limit = 0;                  // in units of the amount's type
    std::string name;                  // "MoveGate: units (Qty<ea>) per promo.id": accounts are known by it, in every version
    uint32_t beyond = 0;               // the row that decides what does not fit
  };
  std::vector<Budget> budgets = {};
};
struct Policy {
  std::string name;
  TypeId facts = kNoType;      // Record of what the rows look at
  std::vector<PolicyRow> rows;
  struct StandIn { uint32_t stand_in, role; };
  std::vector<StandIn> stand_ins;
  // Facts that come from a view and can be read again before a write: the view and, for each of its facts, the field read.
  struct Recheck {
    uint32_t view = 0;
    std::vector<uint32_t> key_facts;                     // facts holding the view's key, in key order
    std::vector<std::pair<uint32_t, uint32_t>> facts;    // (index of the fact, index of the view's field)
  };
  std::vector<Recheck> rechecks;
};

// ---------------------------------------------------------------- machines and wait points

enum class WaitKind : uint8_t {
  // kind        operands                                     result tags (Tag) and input cell
  ReadOperation,  // [payload]                                 Ok(view record | list) Rejected Unavailable Invalid
  ReadView,       // [key cells]                               Ok(view record) Unavailable Invalid
  ReadNavigation, // [key cells of the owner]                  Ok(list of view records) Unavailable Invalid
  Notify,         // [payload]                                 Ok Rejected Unavailable Invalid
  Approve,        // [proposal, rows]*, valid_until, within, [remind], [escalation]*, prefilled fields   Ok(grant) Rejected Expired Countered(offer)
  AskAgain,       // [grant, leaf target, facts, row]           Ok Rejected Expired
  Write,          // [grant, leaf target]                       Ok Rejected Unavailable Invalid Changed(facts) Expired Refused
  Task,           // [arguments record, within, reminder and escalations, record of who is asked, prefilled fields, scopes]  Ok(form) Expired
  Until,          // [instant, event key operands]              Ok(due) Event+i(event record)
  AwaitEvent,     // [within, event key operands]               Event+0(event record) Expired
  ForEach,        // [list, captures]                           Ok(list of yielded values, or nothing) TooManyFailed
  Together,       // [captures of each branch, one after the other]  Ok
  Throughout,     // [captures of each handler, ..., event key operands]  Ok, at once: nothing is awaited
  Run,            // [captures]                                 Outcome+i(record of outcome i) of workflow `target`
  Raise,          // [arguments record]                         Ok, at once
  RaiseAndWait,   // [arguments record, within]                 Ok Expired
  Ask,            // [inputs record]                            Ok(output) Unavailable: the alternative is used
  Due,            // [instant, captures of its handler]         Ok, at once: when the step around it is due
  Sweep,          // [lists, captures of an element, captures of the guard]  as ForEach: over the combinations that the guard finds
};

// Tags of Context::input_tag on resuming.
enum Tag : uint32_t { Start = 0, Ok = 1, Rejected = 2, Unavailable = 3, Invalid = 4, Expired = 5, Changed = 6, TooManyFailed = 7, Refused = 8, Countered = 9, EventBase = 16, OutcomeBase = 16 };

enum class Trust : uint8_t { Trusted, Advice };

struct Slot {
  std::string name;            // as the author named it
  TypeId type = kNoType;
  Trust trust = Trust::Trusted;
  Parts advised = {};          // of advice: which parts of it; empty: an older Endcap noted no more than that
};

// One event a wait point listens to.
struct Subscription {
  uint32_t event = 0;
  std::optional<uint32_t> key_field;    // index of the event's field that must equal ...
  std::optional<uint32_t> key_operand;  // ... this operand, or one of it when it is a list: the index into subscriptions
  std::optional<uint32_t> guard_state;  // state to call with the frame and the event: Exit::GuardTrue | GuardFalse
  std::optional<uint32_t> machine;      // Throughout: the handler to start; its parameters are captures, then the event record
  uint32_t first_capture = 0, capture_count = 0;  // Throughout: which operands it is given
};

struct TimeLimit {                      // a deadline operand and how it counts
  uint32_t operand = 0;                 // Duration or BusinessDuration cell
  std::optional<uint32_t> calendar;     // business time
};

// An instance that is asked for: started, or met when it runs already.
struct Asked {
  uint32_t workflow = 0;
  uint32_t operand = 0;                 // record of the cells that start it, under the names of its start parameters
};

// How many elements may fail: so many, or so many millionths of all.
struct Tolerance { bool share = false; uint64_t amount = 0; };

struct Branch { uint32_t machine = 0; std::string name; uint32_t first_capture = 0, capture_count = 0; };

struct WaitPoint {
  std::string path;                     // identity over versions: "gate.pricing", "activate.inStores[store].wait"
  WaitKind kind = WaitKind::Until;
  std::vector<Slot> live;               // the frame
  std::vector<TypeId> operands;
  TypeId input = kNoType;               // type of the input cell at Tag::Ok
  uint32_t source_line = 0;
  std::string source_path;
  Trust control = Trust::Trusted;       // who decided that anybody comes here; of the start of a machine, that it begins
  struct GrantPart { std::string grant, proposal; };
  std::vector<GrantPart> unasked;       // what was asked for without knowing what advice has decided since, and is not written here
  // What may have been written when somebody stands here; of that, since the rounds of the loops around began; what may be from here on.
  std::vector<GrantPart> written, written_now, ahead;
  Parts brings = {};                    // which parts of what it gives (`input`) are advice

  // by kind
  uint32_t target = 0;                  // operation, view, navigation, advisor, Run: workflow; Write: index of the proposal in the approval
  uint32_t policy = 0;                  // Approve
  std::string label;                    // Approve: grant name; Task: task name
  struct ProposalRef {
    std::string name;
    uint32_t operation = 0;
    std::optional<uint32_t> undo;
    TypeId type = kNoType;
    Parts knows = {};                   // of whose advice it was asked for knowing: "stock"; "for stock": of its targets alone
  };
  std::vector<ProposalRef> proposals;   // Approve
  bool by_advice = false;               // Approve: a model had a hand in what is asked for; no row permits that without saying so
  bool by_line = false;                 // Approve, AskAgain: people may refuse single leaves, and their writes end in Refused
  uint32_t role = 0;                    // Task
  std::optional<uint32_t> scope;        // Task: operand; only those of the role who answer for it
  std::optional<TimeLimit> within, remind;
  uint32_t valid_until_operand = 0;     // Approve
  struct Escalation { uint32_t role; TimeLimit after; std::optional<uint32_t> scope = {}; };
  std::vector<Escalation> escalations;
  std::vector<Subscription> events;     // Until, AwaitEvent, Throughout
  std::vector<Branch> branches;         // ForEach, Run: one; Sweep: element, guard; Together: all; Due: its handler, or none
  std::vector<std::string> dues;        // paths of the Due points whose steps this one stands in
  std::optional<Asked> asked;           // Raise, RaiseAndWait: the exception; Task: a workflow whose success does it
  struct Prefilled { uint32_t field = 0, operand = 0; Trust trust = Trust::Trusted; };
  std::vector<Prefilled> prefilled;     // Task, Approve: fields of its form that come with a value
  TypeId offered = kNoType;             // Approve: what it can be countered with
  TypeId form() const { return kind == WaitKind::Approve ? offered : kind == WaitKind::Task ? input : kNoType; }
  // Approve, AskAgain: what who decides so must give as the reason, an enum or a text; kNoType: nothing. `rejected` is the record that
  // Tag::Rejected then comes with: the reason, optional, for a policy that forbids gives none.
  struct Reasons { TypeId rejection = kNoType, approval = kNoType, rejected = kNoType; };
  Reasons reasons;
  bool renewed = false;                 // Task of an exception: raising it again brings new arguments, and new values of these names
  uint32_t parallel = 0;                // ForEach: effects in flight at once; 0: one element after the other is a loop, not a wait
  std::optional<Tolerance> tolerate;    // ForEach: an element's Fail is counted, and ends the element only
  bool collects = false;                // ForEach
  TypeId element = kNoType;             // ForEach: type of an element; the child's parameters are captures, then the element
  // Sweep: types of the elements, one a list, the last list fastest. An element's parameters are captures, then one of each list. The
  // guard's are captures, then one of each list but the last, that list, and from and to: it yields the indices in between that match.
  std::vector<TypeId> elements;
};

enum class MachineKind : uint8_t { Main, Element, Branch, Handler, Run, Delivery };  // Delivery: of no workflow; see Route, Sync

struct Machine {
  std::string name;                     // "NationalPromotion/activate.inStores[store]"
  MachineKind kind = MachineKind::Main;
  uint32_t workflow = 0;                // no meaning for Delivery
  std::optional<uint32_t> run_workflow; // the innermost workflow that is run around it: its ends are outcomes of that one
  std::vector<Slot> parameters;         // frame of state 0
  std::vector<WaitPoint> states;        // [0] is the start and has no wait; states that are guards have an empty path
  AdvanceFn advance = nullptr;
  bool belongs_to(uint32_t number) const { return kind != MachineKind::Delivery && workflow == number; }
};

struct Outcome { std::string name; TypeId record = kNoType; bool failure = false; };

// How much an exception matters.
enum class Severity : uint8_t { Low, Normal, High, Critical };
const char* severity_name(Severity severity);
// `upgrades from 2 { step stockCheck becomes coverage }`: what an instance of that version has under another name, and values it
// does not have.
struct UpgradeClause {
  struct Rename { std::string before, after; };      // a path, and everything below it
  struct Default { std::string name; TypeId type = kNoType; std::string value; };  // packed
  // A value that is read again, before whoever is moved goes on.
  struct Reread {
    std::string name;
    TypeId type = kNoType;
    ReadKind kind = ReadKind::View;
    uint32_t target = 0;         // operation, view or navigation
    TypeId payload = kNoType;    // Record: of the operation, of the key
    // A cell of the payload: a value of the old version, or a field of one; without a name, what is written there, packed.
    struct Cell { std::string from, field, value; };
    std::vector<std::vector<Cell>> ways;  // to make the payload; the first is taken for which all is held
  };
  uint32_t from = 0;
  std::vector<Rename> renames;
  std::vector<Default> defaults;
  std::vector<Reread> rereads;
};

struct Workflow {
  std::string name;                     // "retail.national_promotion.NationalPromotion"
  uint32_t version = 1;
  bool only_run = false;                // it has no key: a part of other workflows, and no machine of its own
  uint32_t main = 0;                    // machine
  struct StartParameter { std::string name; TypeId type = kNoType; };  // "promo.id": a view is given by its key
  std::vector<StartParameter> parameters;   // cells of the main machine's state 0
  std::vector<uint32_t> key_parameters{0};  // which of them are the instance's key
  std::optional<Severity> severity;     // set: an exception, which is raised and not started
  std::vector<Outcome> outcomes;
  std::string signature;                // hex hash over wait points, live types, labels and grants
  std::vector<UpgradeClause> upgrades;  // from older versions
  bool parts_noted = false;             // its wait points say which parts are advice; an older Endcap did not
};

// Starts a workflow whenever its rule comes round. It holds no instance: what it keeps is known by its name, in every version.
struct Schedule {
  std::string name;                     // "retail.audits.MorningAudit"
  uint32_t workflow = 0;
  Recurrence rule;
  std::optional<uint32_t> calendar;     // of its business days
  bool starts_late = false;             // `if late start`: the newest time that passed while nothing ran
  struct Argument {
    enum class What : uint8_t { Day, Moment, Value } what = What::Value;
    std::string json;                   // Value
  };
  std::vector<Argument> arguments;      // one a Workflow::parameters
};

// Who calls interfaces, and what each of them answers for: by name, as endcap.toml has them.
struct Partner {
  std::string name;                     // "Marketplace"
  TypeId scope = kNoType;               // what narrows it; kNoType: nothing
};

// One version of what partners may ask for. It holds no instance: deduplication goes by the partner's key, in every version.
struct Interface {
  std::string name;                     // "MarketplaceOffers": of a project, not of a module
  uint32_t version = 1;
  uint32_t partner = 0;
  uint32_t quota_count = 0;             // calls of one partner per quota_period
  Duration quota_period = 0;
  std::optional<Instant> deprecated;    // from then on answers say so
  std::optional<Instant> until;         // set with `deprecated`: then it is gone
  struct Operation {
    std::string name;
    TypeId parameters = kNoType;        // Record
    std::optional<uint32_t> scope;      // parameter: must be among what the partner answers for
    enum class What : uint8_t { Sends, Starts } what = What::Sends;
    uint32_t target = 0;                // event, workflow
    struct Argument {                   // one a field of the event, one a start parameter
      std::optional<uint32_t> parameter;
      std::string json;                 // else: as it is written; empty: absent
    };
    std::vector<Argument> arguments;
  };
  std::vector<Operation> operations;
};

// What a route or a sync has another system do, for one message or one entity, without an instance.
struct Delivery {
  uint32_t operation = 0;               // Notify or Write, and never Unsafe: nobody is there to be asked
  std::vector<uint32_t> policies;       // Write: all must permit. None of their rows asks a person or has a budget
  // One parameter, the record of the event or of the view; one state, which never waits. It ends in Skip, when nothing is to be done, or in
  // Yield: a record of the operation's payload, then as more operands for each policy the row that matched, an Int; -1: none could be told.
  uint32_t machine = 0;
  uint32_t parallel = 20;               // how many are on their way at once; more wait in the order in which they came
};

// Takes what a system tells to another one. It holds no instance: what it keeps is known by its name, in every version.
struct Route {
  std::string name;                     // "retail.counts.CountsOnline"
  uint32_t event = 0;
  Delivery delivery;
};

// Keeps what another system has of the entities of a view as they are: it reads an entity that has changed, and has the other system take
// it over, unless it has it like that already. Whatever was missed or lost is found by the next reconciliation.
struct Sync {
  std::string name;                     // "retail.listings.ArticlesOnline"
  uint32_t view = 0;                    // what is read, by its key
  Delivery delivery;
  struct Change {                       // an event that says which entity has changed
    uint32_t event = 0;
    std::vector<uint32_t> key_fields;   // its fields with the view's key, in the order of the key
  };
  std::vector<Change> changes;
  struct Comparison {
    uint32_t view = 0;                  // what the other system has
    uint32_t key_machine = 0;           // as the delivery's; yields the record of that view's key cells, in the order of its key
    uint32_t same_machine = 0;          // parameters: both records. Ends in GuardTrue where nothing is to be done, else GuardFalse
  };
  std::optional<Comparison> comparison;
  struct Reconciliation {
    Recurrence rule;
    std::optional<uint32_t> calendar;   // of its business days
    uint32_t operation = 0;             // Read: a list of `view`
    std::string arguments;              // JSON of its payload: it is written down, not computed
  } reconciliation;
};

struct Program {
  std::string hash;                     // 32 raw bytes: source, schemas and compiler version
  Types types;
  std::vector<std::string> roles;
  std::vector<Calendar> calendars;
  std::vector<System> systems;
  std::vector<View> views;
  std::vector<Navigation> navigations;
  std::vector<Operation> operations;
  std::vector<Event> events;
  std::vector<Advisor> advisors;
  std::vector<Policy> policies;
  std::vector<Workflow> workflows;
  std::vector<Schedule> schedules;
  std::vector<Partner> partners;
  std::vector<Interface> interfaces;
  std::vector<Route> routes;
  std::vector<Sync> syncs;
  std::vector<Machine> machines;
  std::vector<std::string> texts;       // literals
  std::vector<std::pair<uint32_t, uint32_t>> conflicts;  // roles that can't decide the same approval
  std::shared_ptr<void> code;           // keeps compiled code alive

  // One that can be started, by its full name, or by its last part when unambiguous.
  const Workflow* find_workflow(std::string_view name) const;
  const std::vector<Outcome>& outcomes_of(const Machine& machine) const {
    return workflows[machine.run_workflow.value_or(machine.workflow)].outcomes;
  }
};

}  // namespace endcap::abi
