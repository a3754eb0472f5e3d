// One partition: a single-threaded step function over its rows. Each concern has a file of its own; they meet
// here.
//
//   partition.cpp   the drain and its record
//   advance.cpp     a machine from one wait to the next
//   waits.cpp       what a parked machine waits for
//   timers.cpp      due times
//   starts.cpp      what starts an instance
//   schedules.cpp   starts at times that come round
//   carriers.cpp    routes and syncs and their items, from their coming to their end
//   carry.cpp       what is to be done for an item, and what comes of it
//   routes.cpp      what routes make of messages
//   syncs.cpp       entities that are read, compared and taken over
//   reconcile.cpp   all entities of a sync, whenever it comes round
//   held.cpp        what people say of items that are held
//   events.cpp      stored events and who hears them
//   correlation.cpp how an event finds them
//   inbound.cpp     calls of partners
//   raises.cpp      exceptions, from partition to partition
//   runs.cpp        the end of a workflow that another one runs
//   fan_out.cpp     elements and branches
//   sweeps.cpp      combinations of lists that match
//   tolerance.cpp   elements that fail alone
//   dues.cpp        steps that should be over
//   approvals.cpp   asking people, grants
//   lines.cpp       lines of an approval that people refuse
//   budgets.cpp     what policies let through without a person, up to a limit
//   ask_again.cpp   grants whose facts have changed
//   tasks.cpp       people's work and their decisions
//   delegation.cpp  who hands their say to whom
//   forms.cpp       what people fill in
//   asks.cpp        questions to advisors
//   outbox.cpp      calls: attempts, retries, outcomes
//   rechecks.cpp    facts read again before a write
//   writes.cpp      leaves that are written, once
//   ending.cpp      a family's end and its compensation
//   sealing.cpp     histories of what has ended, and when they are dropped
//   recovery.cpp    what a restart must know
//   upgrade.cpp     live instances of another program
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "runtime/engine/carry.h"
#include "runtime/engine/engine_state.h"
#include "runtime/engine/overlay.h"
#include "runtime/engine/packed_json.h"
#include "runtime/engine/says.h"
#include "runtime/engine/sweeps.h"

namespace endcap {

namespace history {
struct Entry;
}

class Partition {
 public:
  Partition(EngineState& state, PartitionId number);

  // Fences older owners and applies what the journal has and the store has not.
  std::expected<void, EngineError> recover();
  // Loads what runs: calls that are not resolved, never what waits. Live instances are of this program by
  // now.
  std::expected<void, EngineError> load();
  std::optional<rows::Identity> identity() { return find<rows::Identity>(Table::Meta, "identity"); }
  void create(const rows::Identity& identity);

  // --- live instances of other programs, between `recover` and `load`
  std::vector<rows::Live> foreign() const;
  std::optional<abi::Program> kept_program(const std::string& hash);
  std::expected<UpgradePlan, EngineError> plan_upgrade(const KnownPrograms& known);
  void begin_upgrade();
  // Moves up to `families`, a record each; false: all are moved.
  bool upgrade_some(const KnownPrograms& known, size_t families);

  void start(ParsedStart start) { starts_.push_back(std::move(start)); }
  void event(ParsedEvent event) { events_.push_back(std::move(event)); }
  void call(InboundCall call) { inbound_.push_back(std::move(call)); }
  void decide(DecisionRequest decision) { decisions_.push_back(std::move(decision)); }
  void resume(ResumeRequest request) { resumes_.push_back(std::move(request)); }
  void held(HeldRequest request) { held_requests_.push_back(std::move(request)); }
  void call_finished(CallReply reply) { replies_.push_back(std::move(reply)); }
  size_t queued_starts() const { return starts_.size(); }
  size_t queued_calls() const { return inbound_.size(); }
  size_t queued_events() const { return events_.size(); }
  size_t queued_by_people() const { return decisions_.size() + resumes_.size() + held_requests_.size(); }
  size_t queued_new() const { return starts_.size() + events_.size() + inbound_.size(); }
  // Turns away what is new and waits; how much that was.
  size_t refuse_new(const Refusal& refusal);

  bool drain(Instant now);
  // Its calls may be made, and it goes on to the store. Who asked is answered, now or when it is there.
  void acknowledged(Position position, Ack ack, bool answers);
  // The store has it, or had a problem with it.
  void applied(Position position, const std::string& problem);
  void trim_journal();
  // Gives up: what was not acknowledged is thrown away, whoever waits for it is told.
  void abandon(const std::string& why);

  std::vector<CallRequest> take_calls() { return std::exchange(released_calls_, {}); }
  std::optional<Instant> next_due();
  bool busy() const;
  bool unapplied() const { return !batches_.empty(); }
  size_t unapplied_bytes() const { return unapplied_bytes_; }
  Instant last_time() const { return meta_.time; }
  Instant acknowledged_time() const { return acknowledged_time_; }
  void keep_time() { overlay_.touch(); }
  uint64_t messages_seen(PartitionId source) const { return applied_cursors_[source]; }
  uint64_t messages_stored() const { return applied_messages_; }
  void follow(std::vector<Partition*> others) { others_ = std::move(others); }

 private:
  // --- partition.cpp
  struct Batch {  // what one drain did, on its way to the disk: a record, or several that count together
    Overlay::Operations operations;
    std::vector<size_t> parts;  // how many of the operations each record holds
    Position taken = 0;         // from the overlay, as
    std::vector<std::function<void()>> replies;
    std::vector<CallRequest> calls;
    std::vector<uint64_t> cursors;
    uint64_t messages = 0;
    Instant time = 0;
    size_t bytes = 0;
    bool told = false;  // whoever asked, of what came of it
  };
  bool take_inputs();
  void commit();
  static void tell(Batch& batch);
  void answer(JsonReply reply,
              std::expected<std::string, Refusal> result);  // after the sync of what it rests on
  uint64_t next_number() { return meta_.next_number++ * state_.options.partitions + number_; }
  uint64_t next_sequence() { return meta_.next_sequence++; }
  void forget_seen();
  void count_live(const std::string& hash, int64_t change);
  void family_lives(uint64_t root);
  void family_ended(uint64_t root);

  const abi::Program& program() const { return *state_.program; }
  const abi::Types& types() const { return state_.types; }
  template <typename Row>
  std::optional<Row> find(Table table, const std::string& key) {
    auto bytes = overlay_.get(table, key);
    if (!bytes) return std::nullopt;
    return rows::decode<Row>(key, *bytes);
  }
  template <Translated Row>  // a row that no deploy could carry over is not put down
  void put(Table table, std::string key, const Row& row) {
    std::string bytes = rows::encode(key, row);
    overlay_.put(table, std::move(key), std::move(bytes));
  }
  void erase_all(Table table, const std::string& prefix);
  std::optional<rows::Instance> instance(uint64_t root, uint64_t number);
  void put(const rows::Instance& row) { put(Table::Instance, rows::pair_key(row.root, row.number), row); }
  std::optional<rows::Family> family(uint64_t root);
  void put(const rows::Family& row) { put(Table::Instance, rows::pair_key(row.root, 0), row); }
  void holds(uint64_t root, rows::Family::Holds what);  // from now on
  void note(uint64_t root, const char* kind, uint64_t instance, const std::string& path,
            const std::string& element, const Json& details);
  void note(const rows::Instance& row, const char* kind, const Json& details);
  void note(const rows::Instance& row, const char* kind, packed::Members details);
  void keep(const history::Entry& entry, uint64_t root);

  // --- starts.cpp
  void start_instance(ParsedStart& start);

  // --- raises.cpp
  bool park_raise(rows::Instance& row, const abi::WaitPoint& point, std::string& problem);
  bool ask_for(rows::Instance& row, const abi::WaitPoint& point, bool waits, std::string& problem);
  void send_message(const rows::Message& message) {
    put(Table::Message, rows::big_endian(meta_.next_message++), message);
  }
  void deliver_start(const rows::Message& message);
  void meet(uint64_t root, const rows::Message& message);
  void renew(uint64_t root, const rows::Message& message);
  void tell_waiters(rows::Family& family);
  void deliver_end(const rows::Message& message);

  // --- advance.cpp
  struct Ready {
    uint64_t root, instance;
    Input input;
  };
  void resume(uint64_t root, uint64_t instance, Input input) {
    ready_.push_back({root, instance, std::move(input)});
  }
  void run_ready();
  void step(rows::Instance row, Input input);
  abi::Exit call_machine(const rows::Instance& row, uint32_t state, const Input& input);
  void leave(rows::Instance row, abi::Exit exit);
  void hold(rows::Instance row, const Input& input, rows::Instance::Status status, const std::string& reason);
  std::string fault_text(const abi::Context& context) const;
  std::string fault_place(const abi::Context& context) const;
  std::string fault_text() { return fault_text(workspace_.context()); }
  std::string failed_text(const Input& input) const;
  std::string unhandled_text(const Input& input) const;
  bool pack_frame(rows::Instance& row, std::string& problem);
  std::optional<std::string> make_frame(uint32_t machine, std::span<const abi::Cell> cells,
                                        const abi::Arena& arena, uint64_t root);
  void keep_blobs(uint64_t root, std::vector<abi::Blob> blobs);
  void resume_by_hand(ResumeRequest& request);
  const abi::WaitPoint& wait_point(const rows::Instance& row) const {
    return program().machines[row.machine].states[row.state];
  }
  abi::Cell operand(uint32_t index) { return workspace_.context().operands[index]; }
  std::string packed_operand(const abi::WaitPoint& point, uint32_t index);

  // --- waits.cpp: each prepares `row` and may queue its resumption; false: what is wrong stands in `problem`
  bool park(rows::Instance& row, std::string& problem);
  bool park_call(rows::Instance& row, const abi::WaitPoint& point, std::string& problem);
  void park_until(rows::Instance& row, const abi::WaitPoint& point);
  void clear_wait(rows::Instance& row, bool ending);
  std::expected<Instant, Fault> deadline(const rows::Limit& limit, Instant from) const;
  rows::Limit limit_of(const abi::TimeLimit& limit);
  Json limit_json(const rows::Limit& limit, Instant at) const;

  // --- dues.cpp: steps that should be over
  bool park_due(rows::Instance& row, const abi::WaitPoint& point, std::string& problem);
  void leave_dues(rows::Instance& row, const std::vector<std::string>& stays);
  void step_is_late(const rows::Timer& timer);

  // --- timers.cpp
  std::string schedule(Instant due, rows::Timer timer);
  void unschedule(const std::string& key);
  std::optional<Instant> next_timer();
  Rows first_timers(size_t limit);
  bool fire_timers();
  void fire(const rows::Timer& timer);
  void read_ahead(const std::vector<rows::Timer>& due);

  // --- schedules.cpp: starts at times that come round
  bool schedules_wanted();
  void take_schedules();
  void set_next(rows::Schedule& row, const abi::Schedule& declared, Instant after);
  void schedule_is_due(const std::string& name);
  void start_scheduled(rows::Schedule& row, const abi::Schedule& declared, const Occurrence& occurrence);
  void deliver_scheduled(const rows::Message& message);
  void deliver_came(const rows::Message& message);

  // --- carriers.cpp: routes and syncs and their items
  void load_carriers();
  bool carriers_have_work() const;
  bool take_carriers();
  void meet_carriers();
  bool is_declared(const std::string& name) const;
  void declare(const std::string& name, const Carrying& carrying);
  std::string entities_of(const abi::Sync& sync) const;
  rows::Carrier carrier(const std::string& name);
  void put(const rows::Carrier& row) { put(Table::Carried, carry_keys::carrier(row.name), row); }
  std::optional<rows::Carried> item_on_its_way(uint64_t number) {
    return find<rows::Carried>(Table::Carried, carry_keys::on_its_way(number));
  }
  bool is_foreign(const rows::Pending& call) const;
  void begin_anew(uint64_t call);
  bool let_go(rows::Carrier& row);
  // What is given a carrier's row changes it, and leaves it to its caller to put it down.
  void admit(rows::Carrier& row, rows::Carried item);
  void queue(rows::Carrier& row, rows::Carried item);
  void begin(rows::Carrier& row, rows::Carried item);
  bool fill(rows::Carrier& row, Carrying& carrying, size_t& budget);
  bool fill_carriers();
  enum class CarryEnd : uint8_t { Carried, Skipped, Same };
  void end_item(rows::Carrier& row, const rows::Carried& item, CarryEnd end);
  void hold_item(rows::Carrier& row, rows::Carried item, const std::string& reason);
  void tell_held();
  void notice(std::string line);
  // carry.cpp
  abi::Exit run_delivery(uint32_t machine,
                         std::initializer_list<std::pair<abi::TypeId, std::string_view>> given);
  void perform(rows::Carrier& row, rows::Carried item, abi::TypeId type, const std::string& record);
  std::string why_not_permitted(const abi::Delivery& delivery);
  void open_carried(rows::Carried& item, rows::Pending call);
  void carried_answered(const rows::Pending& call, const Input& input);
  void delivered(rows::Carrier& row, rows::Carried item, const rows::Pending& call, const Input& input);
  void unclear(rows::Pending& call, const std::string& why);
  // routes.cpp
  void carry_message_to_routes(const rows::Message& message, uint32_t event);
  void carry_message(rows::Carrier& row, rows::Carried item);
  // syncs.cpp
  void change_entities(const HeardEvent& event);
  void entity_changed(const abi::Sync& sync, const abi::Sync::Change& change, abi::Arena& arena,
                      abi::Cell record);
  void has_changed(rows::Carrier& row, const std::string& key, bool reconciles);
  void entity_done(rows::Carrier& row, const rows::Carried& item);
  void read_entity(rows::Carrier& row, rows::Carried item);
  rows::Pending look_at(uint32_t view, std::string key) const;
  void entity_read(rows::Carrier& row, rows::Carried item, const rows::Pending& call, const Input& input);
  void other_read(rows::Carrier& row, rows::Carried item, const Input& input);
  // reconcile.cpp
  void set_next(rows::Carrier& row, const abi::Sync& sync, Instant after);
  void time_reconciliation(rows::Carrier& row);
  void reconciliation_is_due(const std::string& name);
  void begin_reconciliation(rows::Carrier& row, const abi::Sync& sync);
  void listed(rows::Carrier& row, const rows::Pending& call, const Input& input);
  std::string keep_listed(rows::Carrier& row, const abi::Sync& sync, const Input& input);
  std::optional<std::string> next_listed(rows::Carrier& row, Carrying& carrying);
  void forget_reconciliation(rows::Carrier& row);
  void reconciled(rows::Carrier& row);
  // held.cpp
  void settle_held(HeldRequest& request);
  std::optional<rows::CarriedSaid::Each> may_settle(const rows::Carrier& row, const HeldRequest& request,
                                                    std::string& why_not);
  bool owns(const std::string& owner, const std::string& person) const;
  std::expected<std::string, Refusal> settled_already(const HeldRequest& request);
  void let_go_of_held(rows::Carrier& row, rows::Carried& item);

  // --- events.cpp
  // That are stored; and that are followed, of each partition.
  static constexpr size_t kMessagesPerDrain = 128;
  void read_ahead_seen();
  void store_event(ParsedEvent& event);
  void take_call(InboundCall& call);  // inbound.cpp
  bool follow_messages();
  std::vector<std::shared_ptr<const HeardMessage>> messages_behind(PartitionId source, uint64_t seen,
                                                                   uint64_t stored);
  void trim_messages();
  std::shared_ptr<const HeardMessage> message_of(PartitionId source, uint64_t number);
  void deliver(const HeardMessage& heard);
  void deliver_event(const rows::Message& message, const HeardEvent& event);
  void subscribe(rows::Instance& row, const abi::WaitPoint& point, uint32_t index, bool throughout);
  std::optional<std::set<std::string>> keys_of(const abi::WaitPoint& point, const abi::Subscription& event);
  bool guard_holds(const rows::Instance& row, uint32_t state, const Input& event);
  void heard(const rows::Subscription& subscription, const std::string& record, const rows::Message& message);
  bool park_throughout(rows::Instance& row, const abi::WaitPoint& point, std::string& problem);
  void start_handler(const rows::Subscription& subscription, const rows::Instance& row,
                     const std::string& record, const rows::Message& message);
  std::optional<rows::Instance> handler_row(const rows::Instance& parent, uint32_t machine,
                                            std::span<const std::string> values);
  void start_beside(rows::Instance row, const rows::Instance& parent);

  // --- fan_out.cpp
  bool park_fan_out(rows::Instance& row, const abi::WaitPoint& point, std::string& problem);
  void fan_out_goes_on(uint64_t root, uint64_t group);
  void end_child(const rows::Instance& ended, abi::Exit exit, const std::string& value);
  void join(const rows::Group& group);
  static bool is_over(const rows::Group& group) {
    return group.done == (group.stopping ? group.created : group.count);
  }
  std::string collected(const rows::Group& group, abi::TypeId list);
  struct Element {  // one that begins
    const abi::Branch* branch = nullptr;
    std::vector<abi::Cell> cells;
    const abi::Arena* arena = nullptr;
    std::string name;
  };
  std::vector<Element> next_elements(const rows::Group& group, const abi::WaitPoint& point,
                                     abi::Arena& arena);
  std::string element_name(const abi::Arena& arena, abi::TypeId type, abi::Cell element,
                           uint64_t place) const;

  // --- sweeps.cpp
  bool freeze_lists(const abi::WaitPoint& point, rows::Group& group, rows::GroupInput& input, Json& counts,
                    std::string& problem);
  LoadedSweep& loaded(const rows::Group& group);
  void look_on(rows::Group group);
  std::vector<uint64_t> matches_now(const rows::Group& group);
  void matches_used(rows::Group& group);

  // --- approvals.cpp
  bool park_approval(rows::Instance& row, const abi::WaitPoint& point, std::string& problem);
  void ask(rows::Task& task);
  struct Verdict {
    bool forbidden = false;
    std::string reason;
    std::vector<uint32_t> roles;
  };
  Verdict verdict(uint32_t policy, const std::vector<int64_t>& rows, bool by_advice) const;
  bool settle(rows::Task& task, const Verdict& found);
  Input granted_input(const abi::WaitPoint& point, uint64_t approval);
  std::string leaf_hash(const rows::Task& approval, uint32_t proposal, const std::string& target,
                        const rows::Leaf& leaf) const;
  struct FrozenLeaf {
    uint32_t proposal = 0;
    std::string target;
    rows::Leaf leaf;
  };
  void cover(rows::Task& task, const rows::Task& approval, std::vector<FrozenLeaf>& leaves);
  std::optional<std::string> why_not_granted(const rows::Task& approval, uint32_t proposal,
                                             const std::string& target, const rows::Leaf& leaf);

  // --- lines.cpp: approvals that are decided by line
  struct SaidOfLine {
    std::string proposal, reason;
  };
  using RefusedLines = std::map<std::pair<uint32_t, std::string>, SaidOfLine>;  // by proposal and target
  static bool is_asked_about(const rows::Task& task, const rows::Leaf& leaf);
  std::expected<RefusedLines, Refusal> lines_excepted(const rows::Task& task, const DecisionRequest& request);
  void refuse_lines(rows::Task& task, const RefusedLines& lines);
  bool is_line_left(const rows::Task& task);
  static Json refused_json(const RefusedLines& lines);
  void cover_accepted(rows::Task& task);

  // --- reasons.cpp: what who decides has to give
  const abi::WaitPoint* asked_at(const rows::Task& task);
  std::optional<std::string> why_no_reason(const rows::Task& task, const DecisionRequest& request,
                                           RefusedLines& lines);
  Input rejected_input(const abi::WaitPoint& point, const rows::Task* task);

  // --- budgets.cpp: what policies let through without a person, up to a limit
  struct Demand {  // on one account
    rows::Reservation wanted;
    rows::Beyond beyond;
    bool impossible = false;  // an amount below nothing, or a sum that no number holds
  };
  using Demands = std::map<std::string, Demand>;
  void demand(Demands& demands, uint32_t policy, int64_t row, abi::Cell facts, uint64_t leaves = 1);
  bool reserve(rows::Task& task, const rows::Instance& row, const Demands& demands, Verdict& found);
  void deliver_reserve(const rows::Message& message);
  void deliver_reserved(const rows::Message& message);
  void budgets_answered(rows::Task& task);
  Json reservation_json(const rows::Message& message) const;

  // --- ask_again.cpp
  bool park_ask_again(rows::Instance& row, const abi::WaitPoint& point, std::string& problem);
  void renew(rows::Task& again);
  void answer_again(const rows::Task& again, uint32_t tag);

  // --- tasks.cpp
  bool park_task(rows::Instance& row, const abi::WaitPoint& point, std::string& problem);
  std::string scope_text(const abi::WaitPoint& point, uint32_t index);
  void remind_of(rows::Task& task, const abi::WaitPoint& point, Json& details);
  std::optional<rows::Task> open_task(uint64_t number) {
    return find<rows::Task>(Table::Task, "o" + rows::big_endian(number));
  }
  std::optional<rows::Task> closed_task(uint64_t number) {
    return find<rows::Task>(Table::Task, "c" + rows::big_endian(number));
  }
  std::optional<rows::Task> any_task(uint64_t number);
  void put_task(const rows::Task& task);
  void close_task(rows::Task& task, rows::Task::Status status);
  void decide_now(DecisionRequest& request);
  std::expected<std::string, Refusal> decide_approval(rows::Task& task, const DecisionRequest& request);
  std::expected<std::string, Refusal> counter(rows::Task& task, const DecisionRequest& request);
  Json said(rows::Task& task, const DecisionRequest& request, const Say& says, bool approved);
  std::expected<std::string, Refusal> delegate(rows::Task& task, const DecisionRequest& request);
  void task_timer(const rows::Timer& timer);

  // --- forms.cpp: what people fill in
  void prefill(rows::Task& task, const abi::WaitPoint& point);
  static void note_prefilled(const rows::Task& task, Json& details);
  std::expected<Input, std::string> filled_in(rows::Task& task, const std::string& given);
  void note_answers(const rows::Task& task, Json& details) const;
  uint64_t open_question(rows::Task::Kind kind, const rows::Pending& call, const std::string& text);

  // --- outbox.cpp, rechecks.cpp
  struct Flight {  // calls of a fan-out
    uint64_t limit = 0;
    std::set<uint64_t> holds;
    std::deque<uint64_t> queue;
  };
  uint64_t open_call(rows::Pending call);
  void enter(rows::Pending& call);
  void begin(rows::Pending& call);
  void send(rows::Pending& call);
  void put_call(const rows::Pending& call) { put(Table::Pending, rows::big_endian(call.number), call); }
  std::optional<rows::Pending> call(uint64_t number) {
    return find<rows::Pending>(Table::Pending, rows::big_endian(number));
  }
  void release(const rows::Pending& call);
  void fill(uint64_t group);
  void drop_call(const rows::Pending& call);
  Flight& flight(uint64_t root, uint64_t group);
  void call_result(CallReply& reply);
  void read_result(rows::Pending& call, const CallResult& result);
  void effect_result(rows::Pending& call, const CallResult& result);
  void failed_attempt(rows::Pending& call, const CallResult& result);
  void retry_later(rows::Pending& call, Duration at_least,
                   Duration at_most = std::numeric_limits<Duration>::max());
  bool arrives_late_badly(const rows::Pending& call) const;
  bool ends_with_its_family(const rows::Pending& call) const;
  Duration timeout_of(const rows::Pending& call) const;
  Duration settle_of(const rows::Pending& call) const { return settle_of(system_of(call).name); }
  Duration settle_of(const std::string& system) const;
  void ask_person(rows::Pending& call, const std::string& why);
  void outcome_decided(uint64_t number, bool done);
  void finish_call(rows::Pending& call, Input input, const std::string& message);
  void finish_write(const rows::Pending& call, const Input& input);
  void send_write(rows::Pending& call);
  void retry_timer(uint64_t number);
  // asks.cpp
  bool park_ask(rows::Instance& row, const abi::WaitPoint& point, std::string& problem);
  const abi::Advisor& advisor_of(const rows::Pending& call) const;
  std::string input_hash(const rows::Pending& call) const;
  void send_ask(rows::Pending& call);
  void ask_result(rows::Pending& call, const CallResult& result);
  void use_alternative(rows::Pending& call, const std::string& because, const AdvisorSays& says = {});
  void finish_ask(rows::Pending& call, Input input, const std::string& because, const AdvisorSays& says);
  const abi::System& system_of(const rows::Pending& call) const;
  const abi::Operation* operation_of(const rows::Pending& call) const;
  std::string target_name(const rows::Pending& call) const;
  template <typename Told>
  void tell_call(const rows::Pending& call, Told& told) const;
  Json call_json(const rows::Pending& call) const;
  void note_call(const rows::Pending& call, const char* kind, uint64_t instance, const Input& input,
                 const std::string& message);
  bool park_write(rows::Instance& row, const abi::WaitPoint& point, std::string& problem);
  std::string write_key(uint64_t root, const char* what, uint64_t approval, const std::string& proposal,
                        const std::string& target) const;
  void start_rechecks(rows::Pending& call);
  void recheck_finished(const rows::Pending& recheck, const Input& input);
  // rereads.cpp
  void read_first(rows::Instance row, Input input);
  void begin_reread(rows::Instance& row);
  void reread_next(rows::Instance row);
  void reread_finished(const rows::Pending& call, Input input);
  void reread_timer(const rows::Timer& timer);
  bool fill_slot(rows::Instance& row, const Input& input, std::string& problem);
  std::optional<std::string> recheck_payload(const abi::Policy::Recheck& recheck, abi::TypeId facts_type,
                                             const std::string& facts);

  // --- tolerance.cpp: elements that fail alone
  bool fails_alone(const rows::Instance& row);
  void fail_element(rows::Instance row, const abi::Outcome& outcome, const std::string& value,
                    bool compensate);
  void element_settled(const rows::Instance& row);
  void stop_elements(rows::Group& group);
  struct Below;
  std::map<uint64_t, Below> below_elements(const rows::Group& group);
  uint64_t stop_below(const rows::Instance& row, const Below& below);
  void element_stopped(const rows::Instance& row);

  // --- ending.cpp
  std::vector<std::pair<std::string, std::string>> members(const rows::Family& whole);
  void end_family(uint64_t root, const abi::Outcome& outcome, const std::string& value, bool compensate);
  bool stays_to_settle(const rows::Pending& call) const;
  void settled(rows::Family& whole);
  void compensate(uint64_t root);
  bool take_back(uint64_t root, uint64_t below);
  void begin_undo(rows::Undo& undo);
  void undo_finished(const rows::Pending& call, const Input& input, const std::string& message);
  void finalize(rows::Family& family);

  // --- sealing.cpp
  void to_be_sealed(const rows::Family& family);
  void note_late(uint64_t root, const char* kind, uint64_t instance, const Json& details);
  void question_asked(uint64_t root);
  void question_answered(uint64_t root);
  void load_sealing();
  struct ToSeal {
    uint64_t from = 0;             // the number from which on it is not sealed yet
    std::optional<Instant> ended;  // its family; unknown since a restart
  };
  size_t read_ahead_to_seal();  // of how many
  bool seal_some();
  size_t seal(uint64_t root, ToSeal& of);
  void keep_sealed(const std::string& key, const rows::Sealed& sealed);
  bool is_to_be_dropped(Instant day) const;
  bool drop_some();
  void drop_oldest();
  void drop_family(uint64_t root, Instant day);

  // --- runs.cpp
  void end_run(const rows::Instance& row, const abi::Outcome& outcome, uint32_t index, bool compensate);
  // What stands below a machine: those that wait, and what they were begun by.
  struct Below {
    std::vector<rows::Instance> machines;
    std::vector<rows::Group> groups;
  };
  Below all_below(const rows::Instance& above);
  uint64_t cancel(uint64_t root, const Below& below);
  uint64_t cancel_wait(rows::Instance& row);
  void has_left(rows::Instance row);
  void run_settled(const rows::Instance& run);
  std::optional<rows::Instance> ending_above(uint64_t root, const std::vector<uint64_t>& lineage);
  void settle_below(const rows::Instance& ending);

  // --- recovery.cpp
  std::expected<void, EngineError> apply_journal();
  void load_calls();
  void take_up(uint64_t number);

  // --- upgrade.cpp
  std::vector<uint64_t> live_families();
  void keep_program();
  void drop_programs();
  void move_family(const KnownPrograms& known, rows::Family whole);

  // Large lists of the family whose machine runs.
  struct FamilyBlobs : abi::BlobSource {
    Partition* partition = nullptr;
    uint64_t root = 0;
    std::expected<std::string, Fault> load_blob(const abi::BlobHash& hash) override;
  };

  EngineState& state_;
  const PartitionId number_;
  Overlay overlay_;
  FamilyBlobs blobs_;
  abi::Workspace workspace_;
  const std::set<uint32_t> run_with_handlers_;
  rows::Meta meta_;
  Instant now_ = 0;
  Epoch epoch_ = 0;
  Position tail_ = 0, trimmed_ = 0;
  std::vector<Partition*> others_;

  std::deque<ParsedStart> starts_;
  std::deque<ParsedEvent> events_;
  std::deque<InboundCall> inbound_;
  std::deque<DecisionRequest> decisions_;
  std::deque<ResumeRequest> resumes_;
  std::deque<HeldRequest> held_requests_;
  std::deque<CallReply> replies_;

  std::deque<Ready> ready_;
  std::map<uint64_t, uint32_t> steps_;  // of each instance in this drain: nobody runs in circles
  uint64_t looks_ = 0;                  // combinations of sweeps that were looked at in this drain
  LoadedSweeps sweeps_;
  std::vector<std::function<void()>> answers_;
  std::optional<Refusal> failure_of_waiting_;
  std::vector<CallRequest> calls_;
  std::map<Position, Batch> batches_;  // that are not in the store, by their last record
  size_t unapplied_bytes_ = 0;         // of them
  std::vector<CallRequest> released_calls_;

  // Kept beside the rows, and made again from them after a restart.
  std::map<uint64_t, Flight> flights_;
  std::deque<uint64_t> refill_;  // fan-outs with room for another call
  std::set<uint64_t> sent_;
  std::vector<uint64_t> left_open_;  // calls that were under way when the last process ended
  std::map<std::pair<uint32_t, std::string>, uint64_t> rechecks_;  // view, key -> the read under way
  std::map<uint64_t, std::set<uint64_t>> settling_;                // ending families -> calls in flight
  std::set<uint64_t> compensating_;
  std::set<std::pair<uint64_t, uint64_t>> compensating_below_;  // root, instance
  std::set<uint64_t> leaving_calls_;  // of instances that are cancelled but for them
  bool program_kept_ = false;
  bool schedules_taken_ = true;               // those of this program are in the rows
  std::map<std::string, Carrying> carriers_;  // that run and are at home here
  bool carriers_taken_ = true;
  std::deque<uint64_t> foreign_calls_;       // of carriers, by another program: their items begin anew
  std::set<std::string> gone_carriers_;      // what waits of them is to be held
  std::set<std::string> refill_carriers_;    // that may have room for another item
  std::map<std::string, HeldNow> held_now_;  // in this drain
  RowsByFamily upgrade_index_;               // while families of other programs are moved
  std::deque<uint64_t> upgrade_waiting_;     // who is still to be moved
  std::string first_timer_;                  // no row of a timer stands before
  std::optional<Instant> next_due_;
  bool next_due_known_ = false;
  std::optional<Instant> oldest_seen_;
  std::string forget_from_;               // a key: what stands before it is forgotten
  std::map<uint64_t, ToSeal> to_seal_;    // by their roots
  std::optional<Instant> oldest_sealed_;  // the day, as its first instant
  std::string drop_from_;                 // no sealed row stands before
  std::optional<Instant> drop_at_;        // the next of those that are as old as that
  std::vector<uint64_t> applied_cursors_;
  Instant acknowledged_time_ = 0;
  uint64_t applied_messages_ = 0, oldest_message_ = 1;
};

}  // namespace endcap
