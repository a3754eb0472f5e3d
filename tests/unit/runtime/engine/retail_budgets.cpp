// The workflow of the retail program that advice may decide, up to a budget: see retail.h.
#include "tests/unit/runtime/engine/retail.h"

namespace endcap::test {

using abi::MachineKind;
using abi::Tag;
using abi::WaitKind;

namespace {

constexpr uint32_t kDone = 0, kRejected = 1, kExpired = 2;
constexpr uint32_t kPromotionView = 1;

// "P-1/C1/2": promotion, campaign, number of writes.
struct Spending {
  std::string promotion, campaign;
  int64_t count = 0;
};
Spending spending_of(const std::string& id) {
  const size_t campaign = id.find('/') + 1, count = id.find('/', campaign) + 1;
  return {id.substr(0, campaign - 1), id.substr(campaign, count - campaign - 1), std::stol(id.substr(count))};
}

Cell target(Context* c, int64_t index) { return text(c, std::string(1, static_cast<char>('A' + index))); }
Cell row_of(int64_t cost) { return number(cost <= 50 ? 0 : 1); }

}  // namespace

void Retail::budgets() {
  using Verdict = abi::PolicyRow::Verdict;
  const TypeId spent =
      build.record("spent", {{"id", build.text}, {"campaign", build.text}, {"cost", build.integer}});
  const TypeId undo = build.type(abi::Kind::Optional, "", withdraw);
  const TypeId spent_leaf = build.record(
      "spent leaf", {{"target", build.text}, {"payload", activate}, {"undo", undo}, {"facts", spent}});
  const TypeId spendings = build.type(abi::Kind::Proposal, "", spent_leaf);
  abi::Policy gate;
  gate.name = "SpendGate";
  gate.facts = spent;
  gate.rows = {{Verdict::PermitAdvice, {}, "", {{2, 1, kBudget, "SpendGate: cost (Int) per campaign", 1}}},
               {Verdict::Approval, {0}, "", {}}};
  gate.stand_ins = {{2, 0}};
  gate.rechecks = {{kPromotionView, {0}, {{2, 1}}}};
  build->policies.push_back(gate);

  const std::vector<abi::Outcome> outcomes{{"Done", done}, {"Rejected", done, true}, {"Expired", done, true}};
  const uint32_t spend = build.machine(
      build.workflow("Spend", {{"id", build.text}}, outcomes), MachineKind::Main, "Spend", {build.text},
      [](Context* c, uint32_t state) {
        const Cell id = c->frame[0];
        const Spending spending = spending_of(text_of(c, id));
        const auto ended = [&] { return record(c, {id, number(spending.count)}); };
        const auto write = [&](Cell held, int64_t index) {
          if (index == spending.count) return finish(c, kDone, ended());
          return park(c, 3, {id, held, number(index)}, {held, target(c, index)});
        };
        switch (state) {
          case 0:
            return park(c, 1, {id}, {text(c, spending.promotion)});
          case 1: {
            if (c->input_tag != Tag::Ok) return unhandled(c);
            const Cell cost = field(c, c->input, 1);
            std::vector<Cell> leaves, rows;
            for (int64_t i = 0; i < spending.count; ++i) {
              const Cell price = record(c, {id, target(c, i)});
              const Cell looked_at =
                  record(c, {text(c, spending.promotion), text(c, spending.campaign), cost});
              leaves.push_back(record(c, {target(c, i), price, record(c, {price}), looked_at}));
              rows.push_back(row_of(static_cast<int64_t>(cost.bits)));
            }
            return park(c, 2, {id},
                        {list(c, leaves), list(c, rows), number(c->now + 30 * kDay), number(8 * kHour)});
          }
          case 2:
            if (c->input_tag == Tag::Rejected) return fail(c, kRejected, ended(), true);
            if (c->input_tag == Tag::Expired) return fail(c, kExpired, ended(), true);
            return write(c->input, 0);
          case 3: {
            const int64_t index = static_cast<int64_t>(c->frame[2].bits);
            if (c->input_tag == Tag::Expired) return finish(c, kDone, ended());
            if (c->input_tag == Tag::Ok || c->input_tag == Tag::Rejected)
              return write(c->frame[1], index + 1);
            if (c->input_tag != Tag::Changed) return unhandled(c);
            const Cell row = row_of(static_cast<int64_t>(field(c, c->input, 2).bits));
            return park(c, 4, {id, c->frame[1], c->frame[2]}, {c->frame[1], target(c, index), c->input, row});
          }
          default: {
            const int64_t index = static_cast<int64_t>(c->frame[2].bits);
            return write(c->frame[1], c->input_tag == Tag::Ok ? index : index + 1);
          }
        }
      });
  build.wait(spend, WaitKind::ReadView, "promo", {build.text}, {build.text}, promotion).target =
      kPromotionView;
  auto& approve = build.wait(spend, WaitKind::Approve, "spending", {build.text},
                             {spendings, build.list_of_integer, build.instant, build.duration}, build.grant);
  approve.policy = 1;
  approve.label = "spending";
  approve.proposals = {{"prices", 0, 1, spendings}};
  approve.valid_until_operand = 2;
  approve.within = abi::TimeLimit{3, {}};
  const std::vector<TypeId> writing{build.text, build.grant, build.integer};
  auto& writes = build.wait(spend, WaitKind::Write, "write", writing, {build.grant, build.text});
  writes.label = "spending";
  writes.policy = 1;
  auto& again = build.wait(spend, WaitKind::AskAgain, "write.again", writing,
                           {build.grant, build.text, spent, build.integer}, build.grant);
  again.label = "spending";
  again.policy = 1;
}

}  // namespace endcap::test
