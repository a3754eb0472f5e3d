// What was read may go to a system or a model only where its data class allows it. Values are followed, not
// decisions: through names, records, lists, maps, functions, forms that come with them, and workflows that
// are run. A field of an entity has the class that its view says, however the entity came here; anything else
// has the highest class of what it is made of.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "compiler/sema/data_classes.h"
#include "compiler/sema/passes/passes.h"
#include "compiler/sema/passes/walk.h"
#include "compiler/sema/tree_walk.h"

namespace endcap::sema {
namespace {

// The highest class met, and where it was marked.
struct Found {
  DataMark mark{DataClass::Public, {}};
  std::string name;  // "landedCost of Promotion"
};
void raise(Found& to, const Found& other) {
  if (other.mark.level > to.mark.level) to = other;
}

class Classes {
 public:
  explicit Classes(const Program& program) : program_(program) {}

  // What a value brings beside the entities in it: their fields are known by their types, wherever they come
  // to.
  Found of(const Expr& expr) {
    return std::visit([&](const auto& node) { return part(node, expr); }, expr.node);
  }
  Found of(const ExprPtr& expr) { return expr ? of(*expr) : Found{}; }

  const Found* known(LocalId local) const {
    const auto found = locals_.find(local);
    return found == locals_.end() ? nullptr : &found->second;
  }

  // Whether that was news.
  bool bind(LocalId local, const Found& found) {
    if (!local.valid()) return false;
    const auto [there, added] = locals_.try_emplace(local, found);
    if (added) return found.mark.level > DataClass::Public;
    if (found.mark.level <= there->second.mark.level) return false;
    there->second = found;
    return true;
  }

  // All of a value, with the entities in it.
  Found whole(const Expr& expr) {
    Found found = of_type(expr.type);
    raise(found, of(expr));
    return found;
  }

  // A value of this type as a whole: what its fields say.
  Found of_type(TypeId type) const {
    Found found;
    if (type == abi::kNoType) return found;
    const abi::Type& shape = program_.abi.types[type];
    if (const auto marks = program_.data_marks.find(type); marks != program_.data_marks.end()) {
      for (uint32_t i = 0; i < marks->second.size(); ++i) raise(found, field(type, i));
      return found;
    }
    if (shape.kind == abi::Kind::Record) {
      for (const abi::Field& each : shape.fields) raise(found, of_type(each.type));
    } else if (shape.kind == abi::Kind::List || shape.kind == abi::Kind::Optional) {
      raise(found, of_type(shape.element));
    }
    return found;
  }

 private:
  Found field(TypeId record, uint32_t index) const {
    const abi::Type& shape = program_.abi.types[record];
    return {program_.data_marks.at(record).at(index), shape.fields[index].name + " of " + shape.name};
  }

  Found all(const std::vector<ExprPtr>& expressions) {
    Found found;
    for (const ExprPtr& each : expressions) raise(found, of(each));
    return found;
  }

  template <typename Leaf>
  Found part(const Leaf&, const Expr&) {
    return {};
  }
  Found part(const LocalRef& node, const Expr&) {
    const auto known = locals_.find(node.local);
    return known == locals_.end() ? Found{} : known->second;
  }
  Found part(const FieldOf& node, const Expr&) {
    const TypeId record = node.record->type;
    return program_.data_marks.contains(record) ? field(record, node.field) : of(*node.record);
  }
  Found part(const MakeRecord& node, const Expr&) { return all(node.fields); }
  Found part(const MakeList& node, const Expr&) { return all(node.elements); }
  Found part(const MakeOptional& node, const Expr&) { return of(node.value); }
  // As its body says for what it is given here.
  Found part(const CallFunction& node, const Expr&) {
    const Function& function = program_.functions[node.function.index];
    Classes inside(program_);
    for (size_t i = 0; i < node.arguments.size(); ++i)
      inside.bind(function.parameters[i], of(*node.arguments[i]));
    return inside.of(*function.body);
  }
  Found part(const Operation& node, const Expr&) {
    if (node.variable.valid()) bind(node.variable, of(*node.operands.front()));
    return all(node.operands);
  }

  const Program& program_;
  std::map<LocalId, Found> locals_;
};

// What people say and what models answer, and nobody has marked.
const Found kUnmarked{DataMark{}, "what is answered"};

class DataClassPass {
 public:
  DataClassPass(Program& program, Diagnostics& diagnostics) : program_(program), diagnostics_(diagnostics) {}

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

  void run(Delivery& delivery, uint32_t operation) {
    Classes classes(program_);
    classes.bind(delivery.made, classes.of(*delivery.mapped));
    require(classes, delivery.payload, program_.operation_classes[operation],
            program_.abi.operations[operation].name);
  }

 private:
  Classes follow(Workflow& workflow) {
    Classes classes(program_);
    for (const StartParameter& parameter : workflow.parameters) {
      if (!parameter.view) classes.bind(parameter.local, given_[{workflow.index, parameter.first}]);
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
        const Found found = classes.whole(*record->fields[i]);
        Found& known = given_[{to, i}];
        more = more || found.mark.level > known.mark.level;
        raise(known, found);
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
    const auto answered = [&](LocalId local, const std::vector<TaskForm::Prefilled>& prefilled) {
      Found found = kUnmarked;
      for (const TaskForm::Prefilled& each : prefilled) raise(found, classes.whole(*each.value));
      more = classes.bind(local, found) || more;
    };
    if (auto* let = std::get_if<Let>(&stmt.node)) made(let->local, let->value.get());
    if (auto* ask = std::get_if<Ask>(&stmt.node)) {
      // An answer can say again what it was asked with.
      Found found = kUnmarked;
      raise(found, classes.whole(*ask->inputs));
      raise(found, classes.of(ask->alternative));
      more = classes.bind(ask->local, found) || more;
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
      visit_statements(loop->body, [&](Stmt& inside) {
        if (auto* yield = std::get_if<Yield>(&inside.node)) made(loop->collect, yield->value.get());
      });
    }
    if (auto* propose = std::get_if<Propose>(&stmt.node)) made(propose->variable, propose->list.get());
    if (auto* task = std::get_if<Task>(&stmt.node); task && task->form)
      answered(task->answer, task->form->prefilled);
    if (auto* approve = std::get_if<Approve>(&stmt.node)) {
      for (const Handler& handler : approve->handlers) {
        if (handler.cause == Cause::Countered && approve->counter)
          answered(handler.record, approve->counter->prefilled);
        else if (handler.record.valid())
          answered(handler.record, {});
      }
    }
    if (auto* run = std::get_if<Run>(&stmt.node)) more = bind_run(classes, *run) || more;
    const LocalId result = result_of(stmt);
    visit_handlers(stmt, [&](Handler& handler) {
      if (handler.next == Next::Continue) made(result, handler.value.get());
      for (const auto& [local, field] : handler.bindings) {
        if (const Found* known = classes.known(handler.record)) more = classes.bind(local, *known) || more;
      }
    });
    visit_event_handlers(stmt,
                         [&](EventHandler& handler) { more = bind_event(classes, handler.pattern) || more; });
    if (auto* await = std::get_if<WaitEvent>(&stmt.node)) more = bind_event(classes, await->pattern) || more;
    return more;
  }

  bool bind_event(Classes& classes, const EventPattern& pattern) {
    bool more = false;
    const Found found = classes.of_type(program_.abi.events[pattern.event].record);
    for (const auto& [local, field] : pattern.bindings) more = classes.bind(local, found) || more;
    return more;
  }

  // What the workflow that is run is given, and what it ends with.
  bool bind_run(Classes& classes, Run& run) {
    bool more = false;
    for (size_t i = 0; i < run.parameters.size(); ++i)
      more = classes.bind(run.parameters[i], classes.of(*run.arguments[i])) || more;
    Found ended;
    visit_statements(run.body, [&](Stmt& inside) {
      if (auto* finish = std::get_if<Finish>(&inside.node)) raise(ended, classes.of(finish->record));
      if (auto* fail = std::get_if<Fail>(&inside.node)) raise(ended, classes.of(fail->record));
    });
    more = classes.bind(run.result, ended) || more;
    for (Handler& handler : run.handlers) more = classes.bind(handler.record, ended) || more;
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
    if (auto* ask = std::get_if<Ask>(&stmt.node))
      require(classes, ask->inputs, program_.advisor_classes[ask->advisor],
              program_.abi.advisors[ask->advisor].name);
  }

  void require(Classes& classes, const ExprPtr& payload, DataClass most, const std::string& taker) {
    if (!payload) return;
    const Found found = classes.whole(*payload);
    if (found.mark.level <= most || !told_.insert({payload->span.begin, payload->span.source, taker}).second)
      return;
    const auto name = [](DataClass level) {
      return std::string(kDataClassNames[static_cast<size_t>(level)]);
    };
    Diagnostic& told = diagnostics_.emit(DiagnosticKind::DataClassTooHigh, payload->span,
                                         {found.name, name(found.mark.level), taker, name(most)});
    if (found.mark.span.valid()) told.label(found.mark.span, "said here");
    told.note("leave it out, or say what may be given to it: `class " + name(found.mark.level) + "`");
  }

  Program& program_;
  Diagnostics& diagnostics_;
  std::map<std::pair<uint32_t, uint32_t>, Found> given_;  // to a workflow's parameter, by others
  std::set<std::tuple<uint32_t, SourceId, std::string>> told_;
};

}  // namespace

void check_data_classes(Program& program, Diagnostics& diagnostics) {
  DataClassPass pass(program, diagnostics);
  pass.run();
  for (size_t i = 0; i < program.routes.size(); ++i)
    pass.run(program.routes[i], program.abi.routes[i].delivery.operation);
  for (size_t i = 0; i < program.syncs.size(); ++i)
    pass.run(program.syncs[i], program.abi.syncs[i].delivery.operation);
}

}  // namespace endcap::sema
