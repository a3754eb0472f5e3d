// What was read may go to a system or a model only where its data class allows it. Values are followed, not
// decisions: through names, records, lists, maps, functions, forms that come with them, and workflows that
// are run. A field of an entity has the class that its view says, however the entity came here; anything else
// has the highest class of what it is made of.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "compiler/sema/data_classes.h"
#include "compiler/sema/passes/passes.h"
#include "compiler/sema/passes/walk.h"
#include "compiler/sema/tree_walk.h"

namespace endcap::sema {
namespace {

constexpr uint32_t kNoSystem = 0xffffffff;  // a person or a model said it, or who started the workflow

// The highest class met, and where it was marked.
struct Found {
  DataMark mark{DataClass::Public, {}};
  std::string name;  // "landedCost of Promotion"
};

// What is said with a value, by the system that it was read from; and what the fields of a record say beside
// that, where each is known.
struct Said {
  std::map<uint32_t, Found> by_system;
  std::vector<Said> fields;
};

// Whether that was news.
bool raise(Said& to, uint32_t system, const Found& found) {
  if (found.mark.level == DataClass::Public) return false;
  Found& known = to.by_system[system];
  if (found.mark.level <= known.mark.level) return false;
  known = found;
  return true;
}
bool raise(Said& to, const Said& other) {
  bool news = false;
  for (const auto& [system, found] : other.by_system) news = raise(to, system, found) || news;
  if (to.fields.empty()) to.fields.resize(other.fields.size());
  const bool one_by_one = to.fields.size() == other.fields.size();
  for (size_t i = 0; i < other.fields.size(); ++i)
    news = raise(one_by_one ? to.fields[i] : to, other.fields[i]) || news;
  return news;
}

Said without_fields(const Said& said) {
  Said all{said.by_system, {}};
  for (const Said& field : said.fields) raise(all, without_fields(field));
  return all;
}
Said field_said(const Said& record, uint32_t index) {
  Said field{record.by_system, {}};
  if (index < record.fields.size()) raise(field, record.fields[index]);
  return field;
}

// What is marked, and whose it is.
struct Marked {
  const Program& program;
  std::map<TypeId, uint32_t> systems;  // of the records of views and events

  explicit Marked(const Program& given) : program(given) {
    for (const abi::View& view : program.abi.views) systems[view.record] = view.system;
    for (const abi::Event& event : program.abi.events) systems[event.record] = event.system;
  }
  bool contains(TypeId record) const { return program.data_marks.contains(record); }
  Said field(TypeId record, uint32_t index) const {
    const abi::Type& shape = program.abi.types[record];
    Said said;
    raise(said, systems.at(record),
          {program.data_marks.at(record).at(index), shape.fields[index].name + " of " + shape.name});
    return said;
  }
};

class Classes {
 public:
  explicit Classes(const Marked& marked) : marked_(marked) {}

  // What a value brings beside the entities in it: their fields are known by their types, wherever they come
  // to.
  Said of(const Expr& expr) {
    return std::visit([&](const auto& node) { return part(node, expr); }, expr.node);
  }
  Said of(const ExprPtr& expr) { return expr ? of(*expr) : Said{}; }

  const Said* known(LocalId local) const {
    const auto found = locals_.find(local);
    return found == locals_.end() ? nullptr : &found->second;
  }

  // Whether that was news.
  bool bind(LocalId local, const Said& said) { return local.valid() && raise(locals_[local], said); }

  // All of a value, with the entities in it.
  Said whole(const Expr& expr) {
    Said said = of_type(expr.type);
    raise(said, without_fields(of(expr)));
    return said;
  }

  // A value of this type as a whole: what its fields say.
  Said of_type(TypeId type) const {
    Said said;
    if (type == abi::kNoType) return said;
    const abi::Type& shape = marked_.program.abi.types[type];
    const bool entity = marked_.contains(type);
    if (entity || shape.kind == abi::Kind::Record) {
      for (uint32_t i = 0; i < shape.fields.size(); ++i)
        raise(said, entity ? marked_.field(type, i) : of_type(shape.fields[i].type));
    } else if (shape.kind == abi::Kind::List || shape.kind == abi::Kind::Optional) {
      raise(said, of_type(shape.element));
    }
    return said;
  }

 private:
  Said all(const std::vector<ExprPtr>& expressions) {
    Said said;
    for (const ExprPtr& each : expressions) raise(said, without_fields(of(each)));
    return said;
  }

  template <typename Leaf>
  Said part(const Leaf&, const Expr&) {
    return {};
  }
  Said part(const LocalRef& node, const Expr&) {
    const Said* const said = known(node.local);
    return said ? *said : Said{};
  }
  Said part(const FieldOf& node, const Expr&) {
    const TypeId record = node.record->type;
    return marked_.contains(record) ? marked_.field(record, node.field)
                                    : field_said(of(*node.record), node.field);
  }
  Said part(const MakeRecord& node, const Expr&) {
    Said said;
    for (const ExprPtr& each : node.fields) said.fields.push_back(of(each));
    return said;
  }
  Said part(const MakeList& node, const Expr&) {
    Said said;
    for (const ExprPtr& each : node.elements) raise(said, of(each));
    return said;
  }
  Said part(const MakeOptional& node, const Expr&) { return of(node.value); }
  // As its body says for what it is given here.
  Said part(const CallFunction& node, const Expr&) {
    const Function& function = marked_.program.functions[node.function.index];
    Classes inside(marked_);
    for (size_t i = 0; i < node.arguments.size(); ++i)
      inside.bind(function.parameters[i], of(*node.arguments[i]));
    return inside.of(*function.body);
  }
  Said part(const Operation& node, const Expr&) {
    if (node.variable.valid()) bind(node.variable, of(*node.operands.front()));
    const bool each = node.op == Operator::First || node.op == Operator::Sum ||
                      node.op == Operator::ListMinimum || node.op == Operator::ListMaximum ||
                      node.op == Operator::Any || node.op == Operator::All;
    if (each && node.variable.valid() && node.operands.size() == 2) return of(*node.operands.back());
    // These give one of the values that they are given, with the fields that it has.
    const bool chooses = node.op == Operator::OrElse || node.op == Operator::Conditional ||
                         node.op == Operator::Filter || node.op == Operator::First;
    if (!chooses) return all(node.operands);
    Said said;
    for (const ExprPtr& operand : node.operands) raise(said, of(operand));
    return said;
  }

  const Marked& marked_;
  std::map<LocalId, Said> locals_;
};

// What people say and what models answer, and what a workflow is started with, and nobody has marked.
Said unmarked(const char* what) { return {{{kNoSystem, Found{DataMark{}, what}}}, {}}; }
Said answered() { return unmarked("what is answered"); }

// Statements of a block, but not those of loops in it, nor of workflows that it runs.
template <typename Visit>
void visit_own(Block& block, bool with_loops, const Visit& visit) {
  for (Stmt& stmt : block.statements) {
    visit(stmt);
    const auto* loop = std::get_if<ForEach>(&stmt.node);
    const auto* run = std::get_if<Run>(&stmt.node);
    visit_blocks(stmt, [&](Block& inner) {
      const bool others = (run && &inner == &run->body) || (loop && !with_loops && &inner == &loop->body);
      if (!others) visit_own(inner, with_loops, visit);
    });
  }
}

class DataClassPass {
 public:
  DataClassPass(Program& program, Diagnostics& diagnostics)
      : program_(program), diagnostics_(diagnostics), marked_(program) {}

  void run() {
    bool more = true;
    while (std::exchange(more, false)) {
      for (Workflow& workflow : program_.workflows) more = hand_on(workflow) || more;
    }
    for (Workflow& workflow : program_.workflows) {
      Classes classes = follow(workflow);
      visit_statements(workflow.body, [&](Stmt& stmt) { require(classes, stmt); });
    }
  }

  // `compared`: the view in which a sync looks for what is there.
  void run(Delivery& delivery, uint32_t operation, std::optional<uint32_t> compared) {
    Classes classes(marked_);
    classes.bind(delivery.made, classes.of(*delivery.mapped));
    require(classes, delivery.payload, program_.operation_classes[operation],
            program_.abi.operations[operation].name);
    const auto* key = compared && delivery.key ? std::get_if<MakeRecord>(&delivery.key->node) : nullptr;
    if (key) require_key(classes, key->fields, *compared);
  }

 private:
  Classes follow(Workflow& workflow) {
    Classes classes(marked_);
    const abi::Workflow& described = program_.abi.workflows[workflow.index];
    // Exceptions are raised, and what is only run is looked at where it is.
    const bool started = !described.only_run && !described.severity;
    for (const StartParameter& parameter : workflow.parameters) {
      if (parameter.view) continue;
      if (started) classes.bind(parameter.local, unmarked("what it is started with"));
      classes.bind(parameter.local, given_[{workflow.index, parameter.first}]);
    }
    bool more = true;
    while (std::exchange(more, false)) {
      visit_statements(workflow.body, [&](Stmt& stmt) { more = bind(classes, stmt) || more; });
    }
    return classes;
  }

  // What an exception is raised with, and the workflow that resolves it is started with. Whether that was
  // news.
  bool hand_on(Workflow& workflow) {
    Classes classes = follow(workflow);
    bool more = false;
    const auto hand = [&](uint32_t to, const ExprPtr& arguments) {
      const auto* record = arguments ? std::get_if<MakeRecord>(&arguments->node) : nullptr;
      for (uint32_t i = 0; record && i < record->fields.size(); ++i) {
        more = raise(given_[{to, i}], classes.whole(*record->fields[i])) || more;
      }
    };
    visit_statements(workflow.body, [&](Stmt& stmt) {
      if (auto* raised = std::get_if<Raise>(&stmt.node)) hand(raised->exception, raised->arguments);
      if (auto* task = std::get_if<Task>(&stmt.node); task && task->resolver)
        hand(task->resolver->workflow, task->resolver->arguments);
    });
    return more;
  }

  bool bind(Classes& classes, Stmt& stmt) {
    bool more = false;
    const auto made = [&](LocalId local, const Expr* value) {
      if (local.valid() && value) more = classes.bind(local, classes.of(*value)) || more;
    };
    const auto filled_in = [&](LocalId local, const std::vector<TaskForm::Prefilled>& prefilled) {
      Said said = answered();
      for (const TaskForm::Prefilled& each : prefilled) raise(said, classes.whole(*each.value));
      more = classes.bind(local, said) || more;
    };
    if (auto* let = std::get_if<Let>(&stmt.node)) made(let->local, let->value.get());
    if (auto* ask = std::get_if<Ask>(&stmt.node)) {
      // An answer can say again what it was asked with.
      Said said = answered();
      raise(said, classes.whole(*ask->inputs));
      raise(said, without_fields(classes.of(ask->alternative)));
      more = classes.bind(ask->local, said) || more;
    }
    if (auto* match = std::get_if<Match>(&stmt.node)) {
      for (const Match::Arm& arm : match->arms) made(arm.binding, match->subject.get());
    }
    if (auto* repeat = std::get_if<Repeat>(&stmt.node)) {
      for (const auto& [local, value] : repeat->with) made(local, value.get());
    }
    if (auto* again = std::get_if<Again>(&stmt.node)) {
      for (const auto& [local, value] : again->with) made(local, value.get());
    }
    if (auto* loop = std::get_if<ForEach>(&stmt.node)) {
      made(loop->variable, loop->list.get());
      for (const ForEach::Inner& inner : loop->inner) made(inner.variable, inner.list.get());
      visit_own(loop->body, false, [&](Stmt& inside) {
        if (auto* yield = std::get_if<Yield>(&inside.node)) made(loop->collect, yield->value.get());
      });
    }
    if (auto* propose = std::get_if<Propose>(&stmt.node)) made(propose->variable, propose->list.get());
    if (auto* task = std::get_if<Task>(&stmt.node); task && task->form)
      filled_in(task->answer, task->form->prefilled);
    if (auto* approve = std::get_if<Approve>(&stmt.node)) {
      for (const Handler& handler : approve->handlers) {
        if (handler.cause == Cause::Countered && approve->counter)
          filled_in(handler.record, approve->counter->prefilled);
        else if (handler.record.valid())
          filled_in(handler.record, {});
      }
    }
    if (auto* run = std::get_if<Run>(&stmt.node)) more = bind_run(classes, *run) || more;
    const LocalId result = result_of(stmt);
    visit_handlers(stmt, [&](Handler& handler) {
      if (handler.next == Next::Continue) made(result, handler.value.get());
      for (const auto& [local, field] : handler.bindings) {
        const Said* const known = classes.known(handler.record);
        if (known) more = classes.bind(local, field_said(*known, field)) || more;
      }
    });
    visit_event_handlers(stmt,
                         [&](EventHandler& handler) { more = bind_event(classes, handler.pattern) || more; });
    if (auto* await = std::get_if<WaitEvent>(&stmt.node)) more = bind_event(classes, await->pattern) || more;
    return more;
  }

  bool bind_event(Classes& classes, const EventPattern& pattern) {
    bool more = false;
    const TypeId record = program_.abi.events[pattern.event].record;
    for (const auto& [local, field] : pattern.bindings)
      more = classes.bind(local, marked_.field(record, field)) || more;
    return more;
  }

  // What the workflow that is run is given, and what it ends with.
  bool bind_run(Classes& classes, Run& run) {
    bool more = false;
    for (size_t i = 0; i < run.parameters.size(); ++i)
      more = classes.bind(run.parameters[i], classes.of(*run.arguments[i])) || more;
    std::map<uint32_t, Said> ended;  // by outcome
    visit_own(run.body, true, [&](Stmt& inside) {
      if (auto* finish = std::get_if<Finish>(&inside.node))
        raise(ended[finish->outcome], classes.of(finish->record));
      if (auto* fail = std::get_if<Fail>(&inside.node)) raise(ended[fail->outcome], classes.of(fail->record));
    });
    more = classes.bind(run.result, ended[run.result_outcome]) || more;
    for (Handler& handler : run.handlers)
      more = classes.bind(handler.record, ended[handler.rejection]) || more;
    return more;
  }

  void require(Classes& classes, const Stmt& stmt) {
    const auto operation = [&](uint32_t index, const ExprPtr& payload) {
      require(classes, payload, program_.operation_classes[index], program_.abi.operations[index].name);
    };
    if (auto* notify = std::get_if<Notify>(&stmt.node)) operation(notify->operation, notify->payload);
    if (auto* read = std::get_if<ReadOperation>(&stmt.node)) operation(read->operation, read->payload);
    if (auto* propose = std::get_if<Propose>(&stmt.node)) {
      operation(propose->operation, propose->payload);
      if (propose->undo) operation(*propose->undo, propose->undo_payload);
    }
    // A navigation is followed by the key that its own system gave.
    if (auto* read = std::get_if<ReadView>(&stmt.node)) require_key(classes, read->key, read->view);
    if (auto* ask = std::get_if<Ask>(&stmt.node))
      require(classes, ask->inputs, program_.advisor_classes[ask->advisor],
              program_.abi.advisors[ask->advisor].name);
  }

  void require(Classes& classes, const ExprPtr& payload, DataClass most, const std::string& taker) {
    if (payload) require(classes.whole(*payload), {}, payload->span, most, taker);
  }

  // A system is told by the key what is looked for. It knows what it said itself, and what nobody has marked
  // is asked for as it is when a workflow is started with an entity.
  void require_key(Classes& classes, const std::vector<ExprPtr>& key, uint32_t view) {
    const abi::View& read = program_.abi.views[view];
    for (size_t i = 0; i < key.size() && i < read.key.size(); ++i) {
      const uint32_t field = read.key[i];
      require(classes.whole(*key[i]), {read.system, kNoSystem}, key[i]->span,
              program_.data_marks.at(read.record).at(field).level,
              program_.abi.types[read.record].fields[field].name + " of " + read.name);
    }
  }

  void require(const Said& said, const std::set<uint32_t>& but_of, Span span, DataClass most,
               const std::string& taker) {
    Found found;
    for (const auto& [system, each] : said.by_system) {
      if (!but_of.contains(system) && each.mark.level > found.mark.level) found = each;
    }
    if (found.mark.level <= most || !told_.insert({span.begin, span.source, taker}).second) return;
    const auto name = [](DataClass level) {
      return std::string(kDataClassNames[static_cast<size_t>(level)]);
    };
    Diagnostic& told = diagnostics_.emit(DiagnosticKind::DataClassTooHigh, span,
                                         {found.name, name(found.mark.level), taker, name(most)});
    if (found.mark.span.valid()) told.label(found.mark.span, "said here");
    told.note("leave it out, or say what may be given to it: `class " + name(found.mark.level) + "`");
  }

  Program& program_;
  Diagnostics& diagnostics_;
  Marked marked_;
  std::map<std::pair<uint32_t, uint32_t>, Said> given_;  // to a workflow's parameter, by others
  std::set<std::tuple<uint32_t, SourceId, std::string>> told_;
};

}  // namespace

void check_data_classes(Program& program, Diagnostics& diagnostics) {
  DataClassPass pass(program, diagnostics);
  pass.run();
  for (size_t i = 0; i < program.routes.size(); ++i)
    pass.run(program.routes[i], program.abi.routes[i].delivery.operation, {});
  for (size_t i = 0; i < program.syncs.size(); ++i) {
    const abi::Sync& described = program.abi.syncs[i];
    pass.run(program.syncs[i], described.delivery.operation,
             described.comparison ? std::optional(described.comparison->view) : std::nullopt);
  }
}

}  // namespace endcap::sema
