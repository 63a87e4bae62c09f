#include "radiology/maximal_correlation.h"

#include <Eigen/Dense>
#include <array>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

namespace radiopath::radiology {
namespace {

/// Rows of the matrix by grey level less the lowest; -1 where the level does not occur.
struct Places {
  std::vector<int> of_level;
  int count = 0;
};

int levels_in(std::span<const double> rows, std::span<const double> columns) {
  int levels = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) levels += (rows[i] > 0) | (columns[i] > 0);
  return levels;
}

Places places_of(std::span<const double> rows, std::span<const double> columns) {
  Places places = {std::vector<int>(rows.size(), -1), 0};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] > 0 || columns[i] > 0) places.of_level[i] = places.count++;
  }
  return places;
}

/// With W = p / sqrt(p(i) p(k)) and F = W p(i) p(k) / (p(i) p(k) + e), Q is similar to F W: its eigenvalues are the
/// squares of the singular values of G = p / sqrt(p(i) p(k) + e) up to the square of the tiny F - W. Of a symmetric
/// matrix those are the absolute eigenvalues of G.
double by_eigenvalues(const CountMatrix& matrix, Symmetry symmetry, std::span<const double> rows,
                      std::span<const double> columns, const Places& places, int lowest, double added) {
  Eigen::MatrixXd g = Eigen::MatrixXd::Zero(places.count, places.count);
  for (const auto& cell : matrix.cells) {
    const auto i = static_cast<std::size_t>(cell.i - lowest), j = static_cast<std::size_t>(cell.j - lowest);
    const double value = cell.count / std::sqrt(rows[i] * columns[j] + added);
    g(places.of_level[i], places.of_level[j]) = value;
    if (symmetry == Symmetry::kSymmetric) g(places.of_level[j], places.of_level[i]) = value;
  }
  if (symmetry == Symmetry::kOneWay) g = (g * g.transpose()).eval();
  Eigen::VectorXd sizes =
      Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(g, Eigen::EigenvaluesOnly).eigenvalues().cwiseAbs();
  std::nth_element(sizes.begin(), sizes.begin() + 1, sizes.end(), std::greater<>());
  return symmetry == Symmetry::kOneWay ? std::sqrt(sizes[1]) : sizes[1];
}

constexpr int kMostSmall = 32;

/// A symmetric matrix of a few grey levels, on the stack.
struct SmallMatrix {
  int n = 0;
  std::array<std::array<double, kMostSmall>, kMostSmall> at;
};

/// Grey levels as vertices and cells as edges, each vertex twice: once for an even and once for an odd number of steps.
/// Too few edges to hold them together?
bool too_few_edges(const CountMatrix& matrix, int levels) {
  int edges = 0;
  for (const auto& cell : matrix.cells) edges += cell.i == cell.j ? 1 : 2;
  return edges < 2 * levels - 1;
}

/// Whether that graph is of several parts: the levels are, or their edges all lead between two halves. W then has the
/// eigenvalue 1 twice, or 1 and -1.
bool comes_apart(const CountMatrix& matrix, const Places& places, int lowest) {
  std::array<std::uint32_t, kMostSmall> beside = {};  // neighbours of a level, a bit each
  for (const auto& cell : matrix.cells) {
    const int i = places.of_level[static_cast<std::size_t>(cell.i - lowest)];
    const int j = places.of_level[static_cast<std::size_t>(cell.j - lowest)];
    beside[i] |= 1u << j;
    beside[j] |= 1u << i;
  }
  std::array<std::uint32_t, 2> reached = {1, 0}, left = reached;  // from level 0, by even and by odd numbers of steps
  while ((left[0] | left[1]) != 0) {
    const std::size_t side = left[0] != 0 ? 0 : 1;
    const std::uint32_t found = beside[std::countr_zero(left[side])] & ~reached[1 - side];
    left[side] &= left[side] - 1;
    left[1 - side] |= found;
    reached[1 - side] |= found;
  }
  return std::popcount(reached[0]) + std::popcount(reached[1]) < 2 * places.count;
}

/// Householder's reduction to a tridiagonal matrix, in place; returns its diagonal and, squared, what is beside it.
struct Tridiagonal {
  int n = 0;
  std::array<double, kMostSmall> diagonal, beside_squared;
};

/// A - v w' - w v' for the mirror I - v v' beta, with w = p - (beta / 2) (v' p) v and p = beta A v; on rows from
/// `first`. Columns are taken four at a time: those outside the rows hold finite numbers that nobody uses.
void reflect(SmallMatrix& m, int first, const std::array<double, kMostSmall>& v, double beta) {
  using Lanes = Eigen::Array4d;
  const int start = first / 4 * 4;
  std::array<double, kMostSmall> w;
  for (int j = start; j < m.n; j += 4) {
    Lanes sum = Lanes::Zero();
    for (int i = first; i < m.n; ++i) sum += Lanes::Map(&m.at[i][j]) * v[i];
    Lanes::Map(&w[j]) = beta * sum;
  }
  double product = 0;
  for (int i = first; i < m.n; ++i) product += v[i] * w[i];
  for (int i = first; i < m.n; ++i) w[i] -= beta / 2 * product * v[i];
  for (int j = start; j < m.n; j += 4) {
    const Lanes vs = Lanes::Map(&v[j]), ws = Lanes::Map(&w[j]);
    for (int i = first; i < m.n; ++i) Lanes::Map(&m.at[i][j]) -= v[i] * ws + w[i] * vs;
  }
}

Tridiagonal reduce(SmallMatrix& m, int first) {
  Tridiagonal t;
  t.n = m.n - first;
  std::array<double, kMostSmall> v = {};
  for (int k = first; k < m.n; ++k) {
    t.diagonal[k - first] = m.at[k][k];
    if (k + 1 == m.n) break;
    double square = 0;
    for (int i = k + 1; i < m.n; ++i) square += m.at[i][k] * m.at[i][k];
    t.beside_squared[k - first] = square;
    if (k + 2 >= m.n || square == 0) continue;
    for (int i = k + 1; i < m.n; ++i) v[i] = m.at[i][k];
    v[k + 1] += std::copysign(std::sqrt(square), v[k + 1]);
    const double length = square - m.at[k + 1][k] * m.at[k + 1][k] + v[k + 1] * v[k + 1];
    reflect(m, k + 1, v, 2 / length);
  }
  return t;
}

/// Eigenvalues above `x`: signs of the leading minors of T - x (Sturm; Givens 1954).
int eigenvalues_above(const Tridiagonal& t, double x) {
  int above = 0;
  double q = 1;
  for (int k = 0; k < t.n; ++k) {
    q = t.diagonal[k] - x - (k > 0 ? t.beside_squared[k - 1] / q : 0);
    if (q == 0) q = 1e-300;
    above += q > 0;
  }
  return above;
}

/// Laguerre's iteration from above, which falls towards the largest eigenvalue without passing it (Wilkinson 1965,
/// section 7.21): exact to rounding unless eigenvalues all but coincide.
double laguerre(const Tridiagonal& t, double x) {
  for (int round = 0; round < 30; ++round) {
    double p = 1, dp = 0, ddp = 0, p1 = 0, dp1 = 0, ddp1 = 0;  // det(x - T) of this and the last leading minor
    for (int k = 0; k < t.n; ++k) {
      const double a = x - t.diagonal[k], b = k > 0 ? t.beside_squared[k - 1] : 0;
      const double q = a * p - b * p1, dq = p + a * dp - b * dp1, ddq = 2 * dp + a * ddp - b * ddp1;
      p1 = p, dp1 = dp, ddp1 = ddp;
      p = q, dp = dq, ddp = ddq;
    }
    if (!(p > 0) || !(dp > 0)) break;
    const double n = t.n, g = dp / p, h = g * g - ddp / p;
    const double step = n / (g + std::sqrt(std::max(0.0, (n - 1) * (n * h - g * g))));
    x -= step;
    if (step < 1e-15) break;
  }
  return x;
}

/// Eigenvalues lie from -1 to 1.
double largest_eigenvalue(const Tridiagonal& t) {
  constexpr double kSure = 1e-13;
  const double found = laguerre(t, 1);
  if (eigenvalues_above(t, found - kSure) > 0 && eigenvalues_above(t, found + kSure) == 0) return found;
  double low = -1 - kSure, high = 1 + kSure;
  for (int halving = 0; halving < 52; ++halving) {
    const double middle = (low + high) / 2;
    (eigenvalues_above(t, middle) > 0 ? low : high) = middle;
  }
  return (low + high) / 2;
}

/// Second largest absolute eigenvalue of W for a symmetric matrix of few counts. Its largest is 1 with the eigenvector
/// sqrt(p): mirrored onto the first axis, that leaves a matrix of one row less.
double of_few_counts(const CountMatrix& matrix, std::span<const double> rows, const Places& places, int lowest,
                     double all) {
  if (comes_apart(matrix, places, lowest)) return 1;
  SmallMatrix m;
  m.n = places.count;
  for (int i = 0; i < m.n; ++i) m.at[i].fill(0);
  std::array<double, kMostSmall> root = {};
  for (std::size_t level = 0; level < rows.size(); ++level) {
    if (places.of_level[level] >= 0) root[places.of_level[level]] = std::sqrt(rows[level]);
  }
  for (const auto& cell : matrix.cells) {
    const int i = places.of_level[static_cast<std::size_t>(cell.i - lowest)];
    const int j = places.of_level[static_cast<std::size_t>(cell.j - lowest)];
    m.at[i][j] = m.at[j][i] = cell.count / (root[i] * root[j]);
  }
  if (m.n == 2) return std::abs(m.at[0][0] + m.at[1][1] - 1);
  std::array<double, kMostSmall> v = root;
  v[0] += std::sqrt(all);
  reflect(m, 0, v, 2 / (all - root[0] * root[0] + v[0] * v[0]));
  Tridiagonal t = reduce(m, 1);
  const double highest = std::max(0.0, largest_eigenvalue(t));
  for (int k = 0; k < t.n; ++k) t.diagonal[k] = -t.diagonal[k];
  return eigenvalues_above(t, highest) == 0 ? highest : largest_eigenvalue(t);
}

}  // namespace

double maximal_correlation(const CountMatrix& matrix, Symmetry symmetry, std::span<const double> rows,
                           std::span<const double> columns, int lowest, double all) {
  const int levels = levels_in(rows, columns);
  if (levels < 2) return 0;
  if (levels > kMostLevelsOfMcc) return std::numeric_limits<double>::quiet_NaN();
  const bool few = symmetry == Symmetry::kSymmetric && all < 256 && levels <= kMostSmall;
  if (few && too_few_edges(matrix, levels)) return 1;
  const Places places = places_of(rows, columns);
  if (few) return of_few_counts(matrix, rows, places, lowest, all);
  const double added = std::numeric_limits<double>::epsilon() * all * all;
  return by_eigenvalues(matrix, symmetry, rows, columns, places, lowest, added);
}

}  // namespace radiopath::radiology
