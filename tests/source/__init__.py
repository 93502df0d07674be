"""Files to texts, trees and positions, and back, on real files."""
