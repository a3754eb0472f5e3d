// Random policies: making them, writing them, trying every case.
#include "random_policies.h"

#include <fmt/format.h>

namespace endcap::sema {
namespace {

using Form = RandomCondition::Form;
using Order = RandomCondition::Order;

constexpr const char* kOrders[] = {"<", "<=", ">", ">=", "==", "!="};
constexpr const char* kRegions[] = {"NSW", "VIC"};
constexpr const char* kLevels[] = {"low", "high"};

bool compare(int64_t left, Order order, int64_t right) {
  switch (order) {
    case Order::Less:
      return left < right;
    case Order::LessEqual:
      return left <= right;
    case Order::Greater:
      return left > right;
    case Order::GreaterEqual:
      return left >= right;
    case Order::Equal:
      return left == right;
    case Order::NotEqual:
      return left != right;
  }
  return false;
}

// 1500 as "1.5", at times with zeros that change nothing but the scale it is written in.
std::string number(int64_t thousandths) {
  const bool negative = thousandths < 0;
  const int64_t size = negative ? -thousandths : thousandths;
  std::string text = fmt::format("{}{}.{:03}", negative ? "-" : "", size / 1000, size % 1000);
  if (size % 7 == 0) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

int pick(std::mt19937& random, int count) {
  return static_cast<int>(std::uniform_int_distribution<int>(0, count - 1)(random));
}

RandomCondition leaf(std::mt19937& random) {
  RandomCondition leaf{.form = static_cast<Form>(pick(random, 8))};
  leaf.order = static_cast<Order>(pick(random, 6));
  switch (leaf.form) {
    case Form::Count:
    case Form::Twice:
      leaf.literal = 500 * (pick(random, 9) - 3);
      break;
    case Form::Amount:  // what has more places than the fact is refused before
      leaf.literal = 100 * (pick(random, 9) - 3);
      break;
    case Form::Share:
      leaf.literal = 50 * (pick(random, 9) - 3);
      break;
    case Form::Region:
    case Form::Level:
      leaf.order = pick(random, 2) == 0 ? Order::Equal : Order::NotEqual;
      leaf.literal = pick(random, 2);
      break;
    default:
      break;
  }
  return leaf;
}

RandomCondition condition(std::mt19937& random, int depth) {
  const int choice = depth == 0 ? 9 : pick(random, 10);
  if (choice > 4) return leaf(random);
  RandomCondition made{.form = choice < 2 ? Form::And : choice < 4 ? Form::Or : Form::Not};
  made.inner.push_back(condition(random, depth - 1));
  if (made.form != Form::Not) made.inner.push_back(condition(random, depth - 1));
  return made;
}

RandomCondition combined(Form form, RandomCondition left, RandomCondition right) {
  RandomCondition made{.form = form};
  made.inner.push_back(std::move(left));
  made.inner.push_back(std::move(right));
  return made;
}

RandomCondition inverted(RandomCondition condition) {
  RandomCondition made{.form = Form::Not};
  made.inner.push_back(std::move(condition));
  return made;
}

}  // namespace

std::string RandomCondition::text() const {
  const char* sign = kOrders[static_cast<size_t>(order)];
  switch (form) {
    case Form::Count:
      return fmt::format("n {} {}", sign, number(literal));
    case Form::Twice:
      return fmt::format("{} {} 1 - n * 2", number(literal), sign);
    case Form::Amount:
      return fmt::format("d {} {}", sign, number(literal));
    case Form::Share:
      return fmt::format("{}% {} p", number(literal), sign);
    case Form::Pair:
      return fmt::format("n {} d", sign);
    case Form::Region:
      return fmt::format("r {} \"{}\"", sign, kRegions[literal]);
    case Form::Level:
      return fmt::format("l {} {}", sign, kLevels[literal]);
    case Form::Flag:
      return "f";
    case Form::And:
    case Form::Or:
      return fmt::format("({} {} {})", inner[0].text(), form == Form::And ? "and" : "or", inner[1].text());
    case Form::Not:
      return fmt::format("not ({})", inner[0].text());
  }
  return "";
}

bool RandomCondition::holds(const RandomCase& values) const {
  switch (form) {
    case Form::Count:
      return compare(values.count, order, literal);
    case Form::Twice:
      return compare(literal, order, 1000 - values.count * 2);
    case Form::Amount:
      return compare(values.amount, order, literal);
    case Form::Share:
      return compare(literal, order, values.share);
    case Form::Pair:
      return compare(values.count, order, values.amount);
    case Form::Region:
      return compare(values.region, order, literal);
    case Form::Level:
      return compare(values.level, order, literal);
    case Form::Flag:
      return values.flag;
    case Form::And:
      return inner[0].holds(values) && inner[1].holds(values);
    case Form::Or:
      return inner[0].holds(values) || inner[1].holds(values);
    case Form::Not:
      return !inner[0].holds(values);
  }
  return false;
}

std::string RandomPolicy::text(const std::string& name, const std::string& governed) const {
  std::string text = fmt::format(
      "policy {} governs {} for (n: Int, d: Decimal(9, 1), p: Percent(6, 1), r: Text(3), l: Priority, f: "
      "Bool) {{\n",
      name, governed);
  for (const RandomCondition& row : rows) text += "  | approval by Clerk when " + row.text() + "\n";
  if (otherwise) text += "  | forbid \"left over\" otherwise\n";
  return text + "}\n";
}

RandomPolicy::Verdict RandomPolicy::brute_force() const {
  Verdict verdict{.applies = std::vector<bool>(rows.size())};
  RandomCase values;
  const auto look = [&] {
    size_t holding = 0;
    for (size_t row = 0; row < rows.size(); ++row) {
      if (!rows[row].holds(values)) continue;
      ++holding;
      verdict.applies[row] = true;
    }
    verdict.gap = verdict.gap || holding == 0;
    verdict.overlap = verdict.overlap || holding > 1;
  };
  // Whole numbers and tenths, beyond the least and the greatest literal on both sides.
  for (values.count = -4000; values.count <= 4000; values.count += 1000) {
    for (values.amount = -4100; values.amount <= 4100; values.amount += 100) {
      // Far from every literal only the order of the two matters.
      const int64_t distance = values.amount % 1000;
      if ((values.amount < -500 || values.amount > 700) && distance != 0 && distance != 500) continue;
      for (values.share = -300; values.share <= 500; values.share += 100) {
        for (values.region = 0; values.region < 3; ++values.region) {
          for (int bits = 0; bits < 4; ++bits) {
            values.level = bits % 2;
            values.flag = bits >= 2;
            look();
          }
        }
      }
    }
  }
  return verdict;
}

RandomPolicy random_policy(std::mt19937& random) {
  RandomPolicy policy;
  RandomCondition first = condition(random, 1);
  policy.rows.push_back(inverted(first));
  policy.rows.push_back(std::move(first));
  for (int splits = pick(random, 3); splits > 0; --splits) {
    const size_t at = static_cast<size_t>(pick(random, static_cast<int>(policy.rows.size())));
    RandomCondition by = leaf(random);
    RandomCondition whole = policy.rows[at];
    policy.rows[at] = combined(Form::And, whole, by);
    policy.rows.push_back(combined(Form::And, inverted(by), std::move(whole)));
  }
  switch (pick(random, 4)) {
    case 0:
      policy.rows.erase(policy.rows.begin() + pick(random, static_cast<int>(policy.rows.size())));
      break;
    case 1:
      policy.rows[static_cast<size_t>(pick(random, static_cast<int>(policy.rows.size())))] = leaf(random);
      break;
    default:
      break;
  }
  policy.otherwise = pick(random, 3) == 0;
  return policy;
}

}  // namespace endcap::sema
