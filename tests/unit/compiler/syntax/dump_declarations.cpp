// Declarations and modules as S-expressions.
#include "tests/unit/compiler/syntax/dump_support.h"

namespace endcap {

using namespace ast;

namespace {

std::string dump(const FieldAssign& a) {
  return a.field.text + ":" + endcap::dump(a.value) + (a.unit_field ? " in " + a.unit_field->text : "");
}

std::string dump(const UpgradeClause& u) {
  const auto renamed = [](const UpgradeClause::Rename& r) {
    return form(r.step ? "step" : "wait", {r.before.text(), r.after.text()});
  };
  const auto given = [](const UpgradeClause::Default& d) {
    return form("let", {d.name.text, endcap::dump(d.value)});
  };
  return form("upgrades", {std::to_string(u.from), each(u.renames, renamed), each(u.defaults, given)});
}

std::string dump(const OperationDecl& o) {
  const char* const kClass[] = {"", "read", "notify", "write"};
  const char* const kForm[] = {"get", "query", "create", "update", "call"};
  const char* const kStrategy[] = {"", "idempotent", "keyed", "queryable", "unsafe"};
  const auto assigned = [](const std::vector<FieldAssign>& all) {
    return each(all, [](const FieldAssign& a) { return dump(a); });
  };
  const std::string limit = o.limit ? std::to_string(o.limit->count) + " " + o.limit->per.text : "";
  const std::string strategy = kStrategy[static_cast<size_t>(o.strategy)];
  return form("operation",
              {o.name.text(), "[" + endcap::dump(o.parameters) + "]", endcap::dump(o.result),
               kClass[static_cast<size_t>(o.operation_class)],
               form(kForm[static_cast<size_t>(o.form)],
                    {o.target.text, clause("key", assigned(o.key)), clause("body", assigned(o.body))}),
               strategy + (o.strategy_field ? " " + o.strategy_field->text : ""),
               clause("owner", endcap::dump(o.owner)), clause("limit", limit),
               clause("batch", o.batch ? std::to_string(o.batch->size) : ""),
               clause("rejected", endcap::dump(o.rejections))});
}

std::string dump(const EventDecl& e) {
  const auto field = [](const EventDecl::Field& f) {
    return f.name.text + ":" + endcap::dump(f.type) + "=" + f.source.text +
           (f.unit_source ? " in " + f.unit_source->text : "");
  };
  return form("event", {e.name.text, each(e.fields, field), '"' + e.type + '"'});
}

std::string dump(const ViewDecl& v) {
  const auto field = [](const ViewField& f) {
    return f.name.text + ":" + endcap::dump(f.type) + "=" + f.source.text +
           (f.unit_source ? " in " + f.unit_source->text : "") + (f.required ? " required" : "") +
           (f.advice ? " advice" : "");
  };
  return form("view", {v.name.text, v.system.text + "." + v.entity.text, form("key", {endcap::dump(v.key)}),
                       each(v.fields, field)});
}

std::string dump(const PolicyRow::Budget& b) {
  const auto part = [](const ExprPtr& e) { return e ? endcap::dump(e) : std::string("-"); };
  return form("up-to", {part(b.limit), part(b.amount), part(b.account)});
}

std::string dump(const PolicyRow& r) {
  const char* const kVerdict[] = {"permit", "permit-advice", "approval", "forbid"};
  return form(kVerdict[static_cast<size_t>(r.verdict)],
              {endcap::dump(r.roles), r.reason.empty() ? "" : '"' + r.reason + '"',
               r.condition ? endcap::dump(r.condition) : "otherwise", r.budget ? dump(*r.budget) : ""});
}

std::string dump(const PolicyDecl& p) {
  return form("policy", {p.name.text,
                         form("governs", {each(p.governs, [](const QualifiedName& n) { return n.text(); })}),
                         "[" + endcap::dump(p.parameters) + "]",
                         each(p.lets,
                              [](const PolicyDecl::Let& l) {
                                return form("let", {l.name.text, endcap::dump(l.value)});
                              }),
                         each(p.rows, [](const PolicyRow& r) { return dump(r); }),
                         each(p.stand_ins, [](const PolicyDecl::StandIn& s) {
                           return form("stand-in", {s.stand_in.text, s.role.text});
                         })});
}

std::string dump(const TableCell& c) {
  const char* const kForm[] = {"-", "otherwise", "present", "", "", ""};
  const char* const kOp[] = {"==", "!=", "<", "<=", ">", ">="};
  const auto op = [&](CompareOp o) { return std::string(kOp[static_cast<size_t>(o)]); };
  const auto value = [&](size_t i) { return endcap::dump(c.values[i]); };
  if (c.form == TableCell::Form::Compare) return form(op(c.op), {value(0)});
  if (c.form == TableCell::Form::Interval) return form(op(c.lower) + op(c.upper), {value(0), value(1)});
  if (c.form != TableCell::Form::Values) return kForm[static_cast<size_t>(c.form)];
  return each(c.values, [](const ExprPtr& v) { return endcap::dump(v); });
}

std::string dump(const TableDecl& t) {
  const auto cells = [](const TableRow& r) {
    std::string result = "|";
    for (const TableCell& c : r.cells) result += dump(c) + "|";
    return result;
  };
  return form("table",
              {t.name.text, "[" + endcap::dump(t.parameters) + "]", endcap::dump(t.result),
               "|" + each(t.header, [](const Name& n) { return n.text + "|"; }), each(t.rows, cells)});
}

std::string dump(const RecurrenceRule& r, ScheduleDecl::IfLate late) {
  constexpr const char* kDays[] = {
      "day",           "business day",       "weekdays",         "day of month", "first of month",
      "last of month", "first business day", "last business day"};
  constexpr const char* kLate[] = {"", "start", "skip"};
  const bool numbered = r.days == Recurrence::Days::DayOfMonth;
  return form("every",
              {kDays[static_cast<size_t>(r.days)], endcap::dump(r.weekdays),
               numbered ? std::to_string(r.day_of_month) : "", clause("at", r.at),
               clause("zone", endcap::dump(r.zone)), clause("late", kLate[static_cast<size_t>(late)])});
}

std::string dump(const Delivery& d) {
  constexpr const char* kDoes[] = {"", "writes", "notifies"};
  const std::string clauses[] = {
      clause("where", endcap::dump(d.where)), clause(kDoes[static_cast<size_t>(d.does)], d.operation.text()),
      clause("under", each(d.policies, [](const QualifiedName& n) { return n.text(); })),
      clause("parallel", d.parallel ? std::to_string(d.parallel->count) : "")};
  std::string result =
      d.name.text + " " + d.what.text() + " " + d.from.text + " " + d.to.text + " " + d.mapping.text();
  for (const std::string& each : clauses) result += each.empty() ? "" : " " + each;
  return result;
}

}  // namespace

std::string dump(const Decl& declaration) {
  return std::visit(
      Overloaded{
          [](const ErrorDecl& d) { return form("error", {dump(d.name)}); },
          [](const UseDecl& d) {
            const char* const kWhat[] = {"module", "system", "calendar"};
            return form("use", {kWhat[static_cast<size_t>(d.what)], d.name.text()});
          },
          [](const TypeDecl& d) {
            return form("type", {d.name.text, dump(d.type), clause("where", dump(d.where))});
          },
          [](const RoleDecl& d) {
            return form("role", {dump(d.roles), clause("by", dump(d.by))});
          },
          [](const ConflictDecl& d) {
            return form("conflict", {d.left.text, d.right.text});
          },
          [](const ViewDecl& d) { return dump(d); },
          [](const SystemDecl& d) {
            return form("system",
                        {d.name.text, each(d.operations, [](const OperationDecl& o) { return dump(o); }),
                         each(d.events, [](const EventDecl& e) { return dump(e); })});
          },
          [](const RecordDecl& d) {
            return form("record", {d.name.text, dump(d.fields)});
          },
          [](const EnumDecl& d) {
            return form("enum", {d.name.text, dump(d.values)});
          },
          [](const MappingDecl& d) {
            return form("mapping", {d.name.text, dump(d.from), dump(d.to),
                                    each(d.fields, [](const MappingDecl::Field& f) {
                                      return f.name.text + ":" + dump(f.value);
                                    })});
          },
          [](const FunctionDecl& d) {
            return form("function",
                        {d.name.text, "[" + dump(d.parameters) + "]", dump(d.result), dump(d.body)});
          },
          [](const TableDecl& d) { return dump(d); },
          [](const PolicyDecl& d) { return dump(d); },
          [](const AdvisorDecl& d) {
            return form("advisor", {d.name.text, "[" + dump(d.parameters) + "]", dump(d.result),
                                    clause("timeout", dump(d.timeout)), clause("fresh", dump(d.fresh)),
                                    clause("confidence", d.confidence ? d.confidence->text + "%" : "")});
          },
          [](const WorkflowDecl& d) {
            return form("workflow",
                        {d.name.text, "[" + dump(d.parameters) + "]",
                         clause("key", each(d.key, [](const ExprPtr& part) { return dump(part); })),
                         clause("version", d.version ? std::to_string(*d.version) : ""),
                         each(d.upgrades, [](const UpgradeClause& u) { return dump(u); }), dump(d.body)});
          },
          [](const ExceptionDecl& d) {
            return form(
                "exception",
                {d.name.text, "[" + dump(d.parameters) + "]", clause("key", dump(d.key)),
                 clause("severity", dump(d.severity)), clause("owner", dump(d.owner)),
                 clause("of", dump(d.owner_scope)),
                 clause("version", d.version ? std::to_string(*d.version) : ""),
                 clause("within", dump(d.within)), clause("remind", dump(d.remind_after)),
                 each(d.escalations,
                      [](const ApproveStmt::Escalation& e) {
                        return form("escalate", {e.role.text, dump(e.scope), dump(e.after)});
                      }),
                 d.resolve_by ? form("resolve", {dump_call(*d.resolve_by)}) : "", dump_handlers(d.handlers)});
          },
          [](const ScheduleDecl& d) {
            return form("schedule",
                        {d.name.text, dump_call(d.starts), d.rule ? dump(*d.rule, d.if_late) : ""});
          },
          [](const PartnerDecl& d) {
            return form("partner", {dump(d.partners), dump(d.by)});
          },
          [](const InterfaceDecl& d) {
            return form("interface",
                        {d.name.text, std::to_string(d.version), clause("for", d.partner.text),
                         d.deprecated ? form("deprecated", {d.deprecated->from, d.deprecated->until}) : "",
                         each(d.operations,
                              [](const InterfaceDecl::Operation& o) {
                                const bool sends = o.what == InterfaceDecl::Operation::What::Sends;
                                return form(o.name.text,
                                            {"[" + dump(o.parameters) + "]", clause("for", dump(o.scope)),
                                             sends ? "sends" : "starts", dump_call(o.call)});
                              }),
                         d.quota ? form("quota", {std::to_string(d.quota->count), d.quota->per.text}) : ""});
          },
          [](const RouteDecl& d) { return form("route", {dump(d.delivery)}); },
          [](const SyncDecl& d) {
            return form(
                "sync",
                {dump(d.delivery),
                 each(d.changes,
                      [](const SyncDecl::Change& c) {
                        return form("on", {c.event.text(), each(c.key, [](const Binding& b) {
                                             return b.field ? b.name.text + ":" + b.field->text : b.name.text;
                                           })});
                      }),
                 clause("compares", d.compares ? d.compares->text() : ""),
                 d.reconcile ? form("reconcile", {dump(d.reconcile->rule, ScheduleDecl::IfLate::Unsaid),
                                                  dump_call(d.reconcile->over)})
                             : ""});
          },
          [](const TestDecl& d) {
            return form("test", {'"' + d.title.text + '"',
                                 each(d.statements, [](const TestStmt& s) { return dump(s); })});
          },
          [](const LaterDecl& d) {
            return form("later", {d.what, dump(d.name)});
          },
      },
      declaration.node);
}

std::string dump(const Module& module) {
  return form("module", {module.name ? module.name->text() : "",
                         each(module.declarations, [](const Decl& d) { return dump(d); })});
}

}  // namespace endcap
