print("mesh-sandbox")
