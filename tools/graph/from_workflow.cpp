// From the typed tree to what a person would draw on a board. Plain values (`let`) are not drawn; every call,
// wait, decision and end is.
#include "tools/graph/from_workflow.h"

#include <fmt/format.h>

#include <algorithm>

namespace endcap::graph {

namespace {

std::string last_part(const std::string& name) { return name.substr(name.rfind('.') + 1); }

class Builder {
 public:
  Builder(const sema::Program& program, const sema::Workflow& workflow, const SourceMap& sources)
      : program_(program), workflow_(workflow), sources_(sources) {}

  Graph build() {
    Graph graph{last_part(workflow_.name), sequence(workflow_.body)};
    graph.nodes.insert(graph.nodes.begin(), start());
    return graph;
  }

 private:
  // ---------------------------------------------------------------- words

  std::string words(Span span) const { return one_line(sources_.text(span)); }
  std::string words(const sema::ExprPtr& expr) const { return words(expr->span); }
  const std::string& name(sema::LocalId local) const { return workflow_.locals[local.index].name; }
  const std::string& role(uint32_t index) const { return program_.abi.roles[index]; }
  const abi::Operation& operation(uint32_t index) const { return program_.abi.operations[index]; }
  std::string in_system(uint32_t system) const { return "in " + program_.abi.systems[system].name; }
  std::string event(const sema::EventPattern& pattern) const { return words(pattern.span); }

  std::string cause(const sema::Handler& handler, const std::vector<std::string>& rejections) const {
    switch (handler.cause) {
      case sema::Cause::Rejection:
        return rejections[handler.rejection];
      case sema::Cause::Rejected:
        return "rejected";
      case sema::Cause::Unavailable:
        return "unavailable";
      case sema::Cause::Invalid:
        return "invalid";
      case sema::Cause::Expired:
        return "expired";
      case sema::Cause::Refused:
        return "refused";
      case sema::Cause::Countered:
        return "countered";
      case sema::Cause::Changed:
        return "changed";
      case sema::Cause::Outcome:
        return handler.name;
    }
    return "";
  }

  // ---------------------------------------------------------------- paths

  Path path(std::string caption, const sema::Block& block) const {
    Path result{std::move(caption), sequence(block)};
    if (!result.nodes.empty() && is_end(result.nodes.back().kind)) result.then = Then::Ends;
    return result;
  }

  void goes_on(Path& path, sema::Next next, const sema::Expr* value) const {
    switch (next) {
      case sema::Next::FallOut:
        path.then = Then::Ends;
        break;
      case sema::Next::Retry:
        path.then = Then::Again;
        path.then_words = "then retry";
        break;
      case sema::Next::Skip:
        path.then = Then::Skip;
        path.then_words = "then skip";
        break;
      case sema::Next::Continue:
        path.then = Then::GoesOn;
        path.then_words = value ? "then continue with " + words(value->span) : "then continue";
        break;
      case sema::Next::AskAgain:
        path.then = Then::Again;
        path.then_words = "then ask again";
        break;
      case sema::Next::Again:
        path.then = Then::Again;
        path.then_words = "then again";
        break;
      case sema::Next::WaitUntil:
        path.then = Then::Again;
        path.then_words = value ? "then wait until " + words(value->span) : "then wait again";
        break;
    }
  }

  // The causes of one `on a, b { }` share a body, and a path.
  void add_handlers(Node& node, const std::vector<sema::Handler>& handlers,
                    const std::vector<std::string>& rejections = {}) const {
    const sema::Block* last = nullptr;
    for (const sema::Handler& handler : handlers) {
      if (handler.passed_on || handler.call.valid()) continue;  // a fallback is drawn once, where it stands
      const std::string what = cause(handler, rejections);
      if (handler.body.get() == last && last) {
        node.handlers.back().caption += ", " + what;
        continue;
      }
      last = handler.body.get();
      Path made{"on " + what, sequence(*handler.body)};
      goes_on(made, handler.next, handler.value.get());
      node.handlers.push_back(std::move(made));
    }
  }

  void add_handlers(Node& node, const std::vector<sema::EventHandler>& handlers) const {
    for (const sema::EventHandler& handler : handlers) {
      Path made{"on event " + event(handler.pattern), sequence(handler.body)};
      goes_on(made, handler.next, handler.value.get());
      node.handlers.push_back(std::move(made));
    }
  }

  // It goes on at the call that it stands for, which is none of the nodes here.
  void add_fallback(Node& node, const sema::Fallback& fallback) const {
    Path made{"on " + fallback.when, sequence(*fallback.body)};
    goes_on(made, fallback.next, nullptr);
    if (made.then == Then::Again || made.then == Then::GoesOn) {
      made.caption += ", " + made.then_words;
      made.then = Then::Ends;
    }
    if (made.nodes.empty() && made.then == Then::Ends) {
      node.details.push_back(made.caption);
    } else {
      node.handlers.push_back(std::move(made));
    }
  }

  std::vector<Node> sequence(const sema::Block& block) const {
    std::vector<Node> nodes;
    for (const sema::Stmt& stmt : block.statements) add(nodes, stmt);
    return nodes;
  }

  void add(std::vector<Node>& nodes, const sema::Stmt& stmt) const {
    std::visit([&](const auto& node) { draw(nodes, stmt, node); }, stmt.node);
  }

  // ---------------------------------------------------------------- calls

  Node start() const {
    const abi::Workflow& described = program_.abi.workflows[workflow_.index];
    Node node{Kind::Start, (described.severity ? "exception " : "workflow ") + last_part(workflow_.name)};
    for (const sema::StartParameter& parameter : workflow_.parameters) {
      const std::string view =
          parameter.view ? ": " + last_part(program_.abi.views[*parameter.view].name) : "";
      node.details.push_back("given " + name(parameter.local) + view);
    }
    if (described.only_run) {
      node.details.emplace_back("run by other workflows");
      return node;
    }
    std::vector<std::string> key;
    for (const uint32_t parameter : described.key_parameters)
      key.push_back(described.parameters[parameter].name);
    node.details.push_back(fmt::format("key {}", fmt::join(key, ", ")));
    for (const abi::Schedule& schedule : program_.abi.schedules) {
      if (schedule.workflow == workflow_.index) node.details.push_back(recurrence_to_text(schedule.rule));
    }
    for (const abi::Interface& interface : program_.abi.interfaces) {
      for (const auto& operation : interface.operations) {
        if (operation.what == abi::Interface::Operation::What::Starts && operation.target == workflow_.index)
          node.details.push_back(fmt::format("{} asks: {} version {}, {}",
                                             program_.abi.partners[interface.partner].name, interface.name,
                                             interface.version, operation.name));
      }
    }
    if (described.severity)
      node.details.push_back(fmt::format("severity {}", abi::severity_name(*described.severity)));
    node.details.push_back(fmt::format("version {}", described.version));
    return node;
  }

  void draw(std::vector<Node>&, const sema::Stmt&, const sema::Let&) const {}

  void draw(std::vector<Node>& nodes, const sema::Stmt&, const sema::ReadOperation& read) const {
    const abi::Operation& called = operation(read.operation);
    nodes.push_back({Kind::Read,
                     fmt::format("read {} as {}", called.name, name(read.local)),
                     {in_system(called.system)}});
    add_handlers(nodes.back(), read.handlers, called.rejections);
  }

  void draw(std::vector<Node>& nodes, const sema::Stmt&, const sema::ReadView& read) const {
    const abi::View& view = program_.abi.views[read.view];
    nodes.push_back({Kind::Read,
                     fmt::format("read {} as {}", last_part(view.name), name(read.local)),
                     {in_system(view.system)}});
    add_handlers(nodes.back(), read.handlers);
  }

  void draw(std::vector<Node>& nodes, const sema::Stmt&, const sema::ReadNavigation& read) const {
    const abi::Navigation& navigation = program_.abi.navigations[read.navigation];
    const abi::View& from = program_.abi.views[navigation.from_view];
    nodes.push_back(
        {Kind::Read,
         fmt::format("read {} of {} as {}", navigation.name, last_part(from.name), name(read.local)),
         {in_system(from.system)}});
    add_handlers(nodes.back(), read.handlers);
  }

  void draw(std::vector<Node>& nodes, const sema::Stmt&, const sema::Ask& ask) const {
    const abi::Advisor& advisor = program_.abi.advisors[ask.advisor];
    Node node{Kind::Read, fmt::format("ask {} as {}", advisor.name, name(ask.local))};
    node.details.push_back("for at most " + duration_to_text(advisor.timeout));
    node.details.push_back("or else " + words(ask.alternative));
    nodes.push_back(std::move(node));
  }

  void draw(std::vector<Node>& nodes, const sema::Stmt&, const sema::Notify& notify) const {
    const abi::Operation& called = operation(notify.operation);
    nodes.push_back({Kind::Notify, "notify " + called.name, {in_system(called.system)}});
    add_handlers(nodes.back(), notify.handlers, called.rejections);
  }

  // ---------------------------------------------------------------- governance

  void draw(std::vector<Node>& nodes, const sema::Stmt&, const sema::Propose& propose) const {
    const abi::Operation& proposed = operation(propose.operation);
    Node node{Kind::Propose, fmt::format("propose {} as {}", proposed.name, name(propose.local))};
    if (propose.variable.valid())
      node.details.push_back(each_of(propose.variable, propose.list, propose.where));
    node.details.push_back(in_system(proposed.system));
    if (propose.undo) node.details.push_back("undo " + operation(*propose.undo).name);
    nodes.push_back(std::move(node));
  }

  std::string each_of(sema::LocalId variable, const sema::ExprPtr& list, const sema::ExprPtr& where) const {
    return fmt::format("for each {} in {}{}", name(variable), words(list),
                       where ? " where " + words(where) : "");
  }

  // As they are written; what a joint policy says is in those of its policies.
  void add_rows(Node& node, const sema::Policy& policy) const {
    for (size_t row = 0; policy.of.empty() && row < policy.rows.size(); ++row) {
      std::string text = words(policy.rows[row].span);
      if (text.starts_with("| ")) text.erase(0, 2);
      node.details.push_back("\u2022 " + text);
    }
  }

  void draw(std::vector<Node>& nodes, const sema::Stmt&, const sema::Approve& approve) const {
    const sema::Policy& policy = program_.policies[approve.policy.index];
    const abi::Policy& described = program_.abi.policies[policy.index];
    Node node{Kind::Approval, "approval " + name(approve.grant)};
    std::vector<std::string> proposals;
    for (const sema::LocalId proposal : approve.proposals) proposals.push_back(name(proposal));
    const bool joint = !policy.of.empty();
    node.details.push_back(fmt::format("of {} under {} {}:", fmt::join(proposals, ", "),
                                       joint ? "policies" : "policy", last_part(described.name)));
    add_rows(node, policy);
    for (const uint32_t each : policy.of) {
      node.details.push_back(program_.policies[each].name + ":");
      add_rows(node, program_.policies[each]);
    }
    for (const abi::Policy::StandIn& each : described.stand_ins)
      node.details.push_back(fmt::format("\u2022 {} stands in for {}", role(each.stand_in), role(each.role)));
    node.details.push_back("within " + words(approve.within));
    if (approve.remind) node.details.push_back("remind after " + words(approve.remind));
    for (const sema::Escalation& each : approve.escalations)
      node.details.push_back(fmt::format("escalate to {} after {}", role(each.role), words(each.after)));
    node.details.push_back("valid until " + words(approve.valid_until));
    if (approve.by_line) node.details.emplace_back("decided by line");
    if (approve.reasons.rejection != abi::kNoType) node.details.emplace_back("rejected with a reason");
    if (approve.reasons.approval != abi::kNoType) node.details.emplace_back("approved with a reason");
    if (approve.counter)
      node.details.push_back("or countered with " +
                             last_part(program_.abi.types[approve.counter->record].name));
    add_handlers(node, approve.handlers);
    nodes.push_back(std::move(node));
  }

  void draw(std::vector<Node>& nodes, const sema::Stmt&, const sema::Write& write) const {
    const auto& proposal =
        *workflow_.locals[workflow_.locals[write.grant.index].grant_of[write.proposal].index].proposal;
    const abi::Operation& written = operation(proposal.operation);
    Node node{Kind::Write, "write " + written.name};
    node.details.push_back("approved as " + name(write.grant) +
                           (write.target ? ", for " + words(write.target) : ""));
    node.details.push_back(in_system(written.system));
    if (proposal.undo) node.details.push_back("undo " + operation(*proposal.undo).name);
    add_handlers(node, write.handlers, written.rejections);
    nodes.push_back(std::move(node));
  }

  std::string asked(uint32_t index, const sema::ExprPtr& scope) const {
    return role(index) + (scope ? " of " + words(scope) : "");
  }

  void draw(std::vector<Node>& nodes, const sema::Stmt&, const sema::Task& task) const {
    Node node{Kind::Task,
              "task " + task.name,
              {"for " + asked(task.role, task.scope), "within " + words(task.within)}};
    if (task.form) node.details.push_back("answers " + last_part(program_.abi.types[task.form->record].name));
    if (task.remind) node.details.push_back("remind after " + words(task.remind));
    for (const sema::Escalation& each : task.escalations)
      node.details.push_back(
          fmt::format("escalate to {} after {}", asked(each.role, each.scope), words(each.after)));
    if (task.resolver) node.details.push_back("or done by " + words(task.resolver->span));
    add_handlers(node, task.handlers);
    nodes.push_back(std::move(node));
  }

  void draw(std::vector<Node>& nodes, const sema::Stmt&, const sema::Raise& raise) const {
    Node node{Kind::Raise, "raise " + last_part(program_.workflows[raise.exception].name)};
    node.details.push_back(raise.waits ? "wait for its end, within " + words(raise.within)
                                       : "goes on at once");
    add_handlers(node, raise.handlers);
    nodes.push_back(std::move(node));
  }

  // ---------------------------------------------------------------- order

  void draw(std::vector<Node>& nodes, const sema::Stmt&, const sema::When& when) const {
    Node node{Kind::Choice, "which case?"};
    for (const sema::When::Arm& arm : when.arms)
      node.bodies.push_back(path("when " + words(arm.condition), arm.body));
    node.bodies.push_back(when.otherwise ? path("otherwise", *when.otherwise) : Path{"otherwise"});
    nodes.push_back(std::move(node));
  }

  void draw(std::vector<Node>& nodes, const sema::Stmt&, const sema::Match& match) const {
    Node node{Kind::Choice, "which " + words(match.subject) + "?"};
    const abi::Type& subject = program_.abi.types[match.subject->type];
    const bool optional = subject.kind == abi::Kind::Optional;
    for (const sema::Match::Arm& arm : match.arms) {
      std::vector<std::string> values;
      for (const uint32_t value : arm.values)
        values.push_back(!optional ? subject.values[value] : value == 0 ? "absent" : "present");
      node.bodies.push_back(
          path(arm.otherwise ? "otherwise" : fmt::format("{}", fmt::join(values, ", ")), arm.body));
    }
    nodes.push_back(std::move(node));
  }

  std::string swept(const sema::ForEach& loop) const {
    std::string text = fmt::format("sweep {} in {}", name(loop.variable), words(loop.list));
    for (const auto& inner : loop.inner)
      text += fmt::format(", {} in {}", name(inner.variable), words(inner.list));
    return loop.where ? text + " where " + words(loop.where) : text;
  }

  void draw(std::vector<Node>& nodes, const sema::Stmt&, const sema::ForEach& loop) const {
    Node node{Kind::Each, loop.inner.empty() ? each_of(loop.variable, loop.list, loop.where) : swept(loop)};
    node.details.push_back(loop.parallel ? fmt::format("{} at once", loop.parallel) : "one after the other");
    if (loop.collect.valid()) node.details.push_back("collects " + name(loop.collect));
    if (loop.tolerate) {
      const uint64_t amount = loop.tolerate->amount;
      std::string share = fmt::format("{}.{:04}", amount / 10'000, amount % 10'000);
      while (share.ends_with('0')) share.pop_back();
      if (share.ends_with('.')) share.pop_back();
      node.details.push_back("tolerates " + (loop.tolerate->share ? share + "%" : fmt::format("{}", amount)) +
                             " that fail");
    }
    if (loop.otherwise) node.handlers.push_back(path("otherwise, too many failed", *loop.otherwise));
    node.bodies.push_back(path("", loop.body));
    nodes.push_back(std::move(node));
  }

  void draw(std::vector<Node>& nodes, const sema::Stmt&, const sema::Together& together) const {
    // A step that stands until a moment is a branch of its own.
    if (together.branches.size() == 1) {
      for (const sema::Stmt& stmt : together.branches.front().body.statements) add(nodes, stmt);
      return;
    }
    Node node{Kind::Together, "together"};
    for (const sema::Together::Branch& branch : together.branches)
      node.bodies.push_back(path("branch " + branch.name, branch.body));
    nodes.push_back(std::move(node));
  }

  void draw(std::vector<Node>& nodes, const sema::Stmt&, const sema::Repeat& repeat) const {
    nodes.push_back(
        {Kind::Step, fmt::format("repeat up to {} times", repeat.times), {}, {path("", repeat.body)}});
    Node last{Kind::Choice, "a round without `again`?"};
    last.bodies.push_back(Path{"yes"});
    last.bodies.push_back(path(fmt::format("otherwise, after {}", repeat.times), repeat.otherwise));
    nodes.push_back(std::move(last));
  }

  void draw(std::vector<Node>& nodes, const sema::Stmt&, const sema::Again&) const {
    nodes.push_back({Kind::Skip, "again: the next round"});
  }

  void draw(std::vector<Node>& nodes, const sema::Stmt&, const sema::Step& step) const {
    Node node{Kind::Step, "step " + step.name, {}, {path("", step.body)}};
    const auto* due =
        step.body.statements.empty() ? nullptr : std::get_if<sema::Due>(&step.body.statements.front().node);
    if (due) node.details.push_back("due " + words(due->moment));
    if (due && due->late) {
      Path late = path("on late, beside it", *due->late);
      late.then = Then::Ends;
      node.handlers.push_back(std::move(late));
    }
    nodes.push_back(std::move(node));
  }

  // What is inside has a picture of its own.
  void draw(std::vector<Node>& nodes, const sema::Stmt&, const sema::Run& run) const {
    Node node{Kind::Run, "run " + run.name + (run.result.valid() ? " as " + name(run.result) : "")};
    std::vector<std::string> passed;
    for (const sema::Handler& handler : run.handlers) {
      if (handler.passed_on) passed.push_back(handler.name);
    }
    if (!passed.empty()) node.details.push_back(fmt::format("fails with it: {}", fmt::join(passed, ", ")));
    add_handlers(node, run.handlers);
    nodes.push_back(std::move(node));
  }
  void draw(std::vector<Node>&, const sema::Stmt&, const sema::Due&) const {}  // with its step

  // ---------------------------------------------------------------- waiting

  void draw(std::vector<Node>& nodes, const sema::Stmt&, const sema::Throughout& throughout) const {
    nodes.push_back({Kind::Throughout, "throughout, from here on"});
    add_handlers(nodes.back(), throughout.handlers);
    for (const auto& fallback : throughout.fallbacks) add_fallback(nodes.back(), *fallback);
  }

  void draw(std::vector<Node>& nodes, const sema::Stmt&, const sema::WaitUntil& wait) const {
    Node node{Kind::WaitUntil, "wait until " + words(wait.moment)};
    if (wait.if_late == ast::WaitUntilStmt::IfLate::Skip) {
      node.handlers.push_back({"if late", {}, Then::Skip, "then skip"});
    } else if (wait.late_fail) {
      Path late{"if late", {}, Then::Ends};
      add(late.nodes, *wait.late_fail);
      node.handlers.push_back(std::move(late));
    } else {
      node.details.push_back("if late: continue");
    }
    add_handlers(node, wait.handlers);
    nodes.push_back(std::move(node));
  }

  void draw(std::vector<Node>& nodes, const sema::Stmt&, const sema::WaitEvent& wait) const {
    nodes.push_back(
        {Kind::WaitEvent, "wait for event " + event(wait.pattern), {"within " + words(wait.within)}});
    add_handlers(nodes.back(), wait.handlers);
  }

  // ---------------------------------------------------------------- ends

  void draw(std::vector<Node>& nodes, const sema::Stmt& stmt, const sema::Yield&) const {
    nodes.push_back({Kind::Yield, words(stmt.span)});
  }

  void draw(std::vector<Node>& nodes, const sema::Stmt&, const sema::Skip&) const {
    nodes.push_back({Kind::Skip, "skip"});
  }

  const std::string& outcome(uint32_t index) const {
    return program_.abi.workflows[workflow_.index].outcomes[index].name;
  }

  void draw(std::vector<Node>& nodes, const sema::Stmt&, const sema::Finish& finish) const {
    nodes.push_back({Kind::Finish, "finish " + outcome(finish.outcome)});
  }

  void draw(std::vector<Node>& nodes, const sema::Stmt&, const sema::Fail& fail) const {
    Node node{Kind::Fail, "fail " + outcome(fail.outcome)};
    if (fail.undo == ast::FailStmt::Undo::Compensate) node.details.push_back("and undo what was written");
    if (fail.undo == ast::FailStmt::Undo::Keep) node.details.push_back("and keep what was written");
    nodes.push_back(std::move(node));
  }

  const sema::Program& program_;
  const sema::Workflow& workflow_;
  const SourceMap& sources_;
};

}  // namespace

Graph graph_of(const sema::Program& program, const sema::Workflow& workflow, const SourceMap& sources) {
  return Builder(program, workflow, sources).build();
}

}  // namespace endcap::graph
