// Statements as S-expressions.
#include "tests/unit/compiler/syntax/dump_support.h"

namespace endcap {

using namespace ast;

std::string dump(const Block& block) {
  return "{" + each(block.statements, [](const Stmt& s) { return dump(s); }) + "}";
}

namespace {

std::string dump(const std::optional<HandlerEnd>& end) {
  const char* const kForms[] = {"retry", "skip", "continue", "ask-again", "wait-until", "again"};
  return end ? form("then", {kForms[static_cast<size_t>(end->form)], endcap::dump(end->value)}) : "";
}

std::string dump(const std::vector<Binding>& bindings) {
  return each(bindings,
              [](const Binding& b) { return b.field ? b.name.text + ":" + b.field->text : b.name.text; });
}

std::string dump(const std::vector<Handler>& handlers) {
  return each(handlers, [](const Handler& h) {
    return form("on", {endcap::dump(h.causes), h.bindings.empty() ? "" : form("values", {dump(h.bindings)}),
                       endcap::dump(h.body), dump(h.end)});
  });
}

std::string dump(const EventPattern& pattern) {
  return form("event",
              {pattern.event.text(), dump(pattern.bindings), clause("where", endcap::dump(pattern.where))});
}

std::string dump(const std::vector<EventHandler>& handlers) {
  return each(handlers, [](const EventHandler& h) {
    return form("on", {dump(h.pattern), endcap::dump(h.body), dump(h.end)});
  });
}

std::string dump(const std::vector<Fallback>& fallbacks) {
  return each(fallbacks, [](const Fallback& f) {
    return form("on", {endcap::dump(f.causes), form("of", {endcap::dump(f.systems)}), endcap::dump(f.body),
                       dump(f.end)});
  });
}

std::string dump(const Call& call) {
  return form("call", {call.operation.text(), endcap::dump(call.arguments)});
}

std::string dump(const Read& read) {
  return form(read.again ? "reread" : "read", {endcap::dump(read.source), dump(read.handlers)});
}

std::string dump(const Ask& ask) {
  return form("ask", {dump(ask.call), clause("or-else", endcap::dump(ask.alternative))});
}

std::string dump(const Propose& propose) {
  const std::string undo = propose.undo ? form("undo", {dump(*propose.undo)}) : "";
  return form("propose", {endcap::dump(propose.variable), endcap::dump(propose.list),
                          clause("where", endcap::dump(propose.where)), dump(propose.call), undo,
                          propose.keep ? "keep" : ""});
}

std::string filled_in(const char* word, const Form& f) {
  return form(word, {f.record.text, endcap::dump(f.prefilled)});
}
std::string handed(const Handed& h) { return h.name.text + "=" + endcap::dump(h.value); }

std::string dump(const ApproveStmt& s) {
  const auto escalation = [](const ApproveStmt::Escalation& e) {
    return form("escalate", {e.role.text, endcap::dump(e.after)});
  };
  return form(
      "approve",
      {endcap::dump(s.proposals), each(s.policies, [](const QualifiedName& p) { return p.text(); }),
       s.grant.text, clause("valid", endcap::dump(s.valid_until)), clause("within", endcap::dump(s.within)),
       clause("remind", endcap::dump(s.remind_after)), each(s.escalations, escalation),
       s.by_line ? "by-line" : "", s.counter ? filled_in("counter", *s.counter) : "", dump(s.handlers)});
}

std::string dump(const WhenStmt& s) {
  const auto arm = [](const WhenStmt::Arm& a) {
    return form("", {endcap::dump(a.condition), endcap::dump(a.body)});
  };
  return form("when", {each(s.arms, arm), s.otherwise ? endcap::dump(*s.otherwise) : ""});
}

std::string dump(const MatchStmt& s) {
  const auto arm = [](const MatchStmt::Arm& a) {
    return form(a.otherwise ? "otherwise" : "|",
                {endcap::dump(a.values), clause("as", endcap::dump(a.binding)), endcap::dump(a.body)});
  };
  return form("match", {endcap::dump(s.subject), each(s.arms, arm)});
}

std::string dump(const WaitUntilStmt& s) {
  const char* const kLate[] = {"", "continue", "skip", "fail"};
  return form("wait-until", {endcap::dump(s.moment), clause("late", kLate[static_cast<size_t>(s.if_late)]),
                             s.late_fail ? endcap::dump(*s.late_fail) : "", dump(s.handlers)});
}

std::string dump(const FailStmt& s) {
  const char* const kUndo[] = {"", "compensate", "keep"};
  return form("fail", {s.outcome.text, endcap::dump(s.arguments), kUndo[static_cast<size_t>(s.undo)]});
}

struct LetValue {
  std::string operator()(const ExprPtr& e) const { return endcap::dump(e); }
  std::string operator()(const Read& r) const { return dump(r); }
  std::string operator()(const Propose& p) const { return dump(p); }
  std::string operator()(const Ask& a) const { return dump(a); }
};

}  // namespace

std::string dump_call(const Call& call) { return dump(call); }
std::string dump_handlers(const std::vector<Handler>& handlers) { return dump(handlers); }

std::string dump(const Stmt& statement) {
  return std::visit(
      Overloaded{
          [](const ErrorStmt&) { return std::string("(error)"); },
          [](const LetStmt& s) {
            return form("let", {s.name.text, dump(s.type), std::visit(LetValue(), s.value)});
          },
          [](const ReadStmt& s) { return dump(s.read); },
          [](const AskStmt& s) { return dump(s.ask); },
          [](const NotifyStmt& s) {
            return form("notify", {dump(s.call), dump(s.handlers)});
          },
          [](const ApproveStmt& s) { return dump(s); },
          [](const WriteStmt& s) {
            return form("write", {s.grant.text, clause("for", dump(s.target)), dump(s.handlers)});
          },
          [](const TaskStmt& s) {
            return form("task", {s.name.text, dump(s.arguments), form("to", {s.role.text, dump(s.scope)}),
                                 clause("within", dump(s.within)), clause("as", dump(s.result)),
                                 s.answers ? filled_in("answers", *s.answers) : "", dump(s.handlers)});
          },
          [](const RunStmt& s) {
            std::string given;
            for (size_t i = 0; i < s.arguments.size(); ++i) {
              const Argument& each = s.arguments[i];
              given += (i > 0 ? " " : "") + (each.name ? each.name->text + ":" : "") + dump(each.value);
              if (s.targets[i]) given += " " + form("for", {dump(s.targets[i])});
            }
            return form("run", {s.workflow.text(), given, clause("as", dump(s.result)), dump(s.handlers)});
          },
          [](const RepeatStmt& s) {
            return form("repeat", {std::to_string(s.times), each(s.with, handed), dump(s.body),
                                   s.otherwise ? dump(*s.otherwise) : ""});
          },
          [](const AgainStmt& s) {
            return s.with.empty() ? std::string("again") : form("again", {each(s.with, handed)});
          },
          [](const RaiseStmt& s) {
            return form(s.waits ? "raise-and-wait" : "raise",
                        {s.exception.text(), dump(s.arguments), clause("within", dump(s.within)),
                         clause("as", dump(s.result)), dump(s.handlers)});
          },
          [](const WhenStmt& s) { return dump(s); },
          [](const MatchStmt& s) { return dump(s); },
          [](const ForEachStmt& s) {
            std::string inner;
            for (const auto& each : s.inner)
              inner += (inner.empty() ? "" : " ") + form("and", {each.variable.text, dump(each.list)});
            return form(s.sweep ? "sweep" : "for-each",
                        {s.variable.text, dump(s.list), inner, clause("where", dump(s.where)),
                         clause("parallel", s.parallel ? std::to_string(*s.parallel) : ""),
                         clause("tolerate", dump(s.tolerate)), clause("collect", dump(s.collect)),
                         dump(s.body), s.otherwise ? form("otherwise", {dump(*s.otherwise)}) : ""});
          },
          [](const TogetherStmt& s) {
            return form("together", {each(s.branches, [](const TogetherStmt::Branch& b) {
                          return form("branch", {b.name.text, dump(b.body)});
                        })});
          },
          [](const StepStmt& s) {
            return form("step", {s.name.text, dump(s.body)});
          },
          [](const StepUntilStmt& s) {
            return form("step-until", {s.name.text, dump(s.until), dump(s.handlers)});
          },
          [](const DueStmt& s) {
            return form("due", {dump(s.moment), dump(s.handlers)});
          },
          [](const ThroughoutStmt& s) {
            return form("throughout", {dump(s.handlers), dump(s.fallbacks)});
          },
          [](const WaitUntilStmt& s) { return dump(s); },
          [](const WaitEventStmt& s) {
            return form("wait-for", {dump(s.pattern), clause("within", dump(s.within)),
                                     clause("as", dump(s.result)), dump(s.handlers)});
          },
          [](const YieldStmt& s) { return form("yield", {dump(s.value)}); },
          [](const SkipStmt&) { return std::string("(skip)"); },
          [](const FinishStmt& s) {
            return form("finish", {s.outcome.text, dump(s.arguments)});
          },
          [](const FailStmt& s) { return dump(s); },
      },
      statement.node);
}

}  // namespace endcap
